"""The texts that go out by themselves: read by all, worded by supervisors, approved by admins."""

import re

import pytest

from desk.words import words_in
from responses.sending.standing import LANGUAGES, standing_text, standing_texts

OURS = "Ricevuto, grazie: richiesta n. {number}. Le risponde una persona {when}."


async def waiting_id(browser, name="receipt", button="Approva"):
    """The id in the form of a button of this text's card."""
    page = (await browser.open("/texts?language=it")).text
    card = page.partition(f'id="{name}"')[2].partition("</article>")[0]
    found = re.search(r'name="id" value="([^"]+)"', card)
    assert found is not None, card
    return found[1]


async def card(browser, name="receipt", language="it"):
    page = (await browser.open(f"/texts?language={language}")).text
    return page.partition(f'id="{name}"')[2].partition("</article>")[0]


async def test_everybody_reads_every_text_that_goes_out_in_every_language(house):
    marco = await house.browser("Marco")
    pages = {language: (await marco.open(f"/texts?language={language}")).text for language in LANGUAGES}
    named = {(one.name, one.language) for one in standing_texts()}
    shown = {
        (name, language)
        for language, page in pages.items()
        for name in re.findall('<article class="wording" id="([a-z_]+)"', page)
    }
    assert shown == named
    assert "<mark>{number}</mark>" in await card(marco)
    assert "Testo di Rimedio" in await card(marco)
    formally, informally = (await card(marco)).split("A chi si dà del tu:")
    assert "Il suo messaggio è arrivato" in formally
    assert "Il tuo messaggio è arrivato" in informally


def test_what_is_shown_is_described_in_both_languages():
    sent = {one.name for one in standing_texts()}
    fields = {field for one in standing_texts() for field in one.fields}
    words = words_in("it").wordings
    assert {key.removeprefix("texts.when.") for key in words if key.startswith("texts.when.")} == sent
    assert {key.removeprefix("texts.names.") for key in words if key.startswith("texts.names.")} == sent
    assert {key.removeprefix("texts.fields.") for key in words if key.startswith("texts.fields.")} == fields


async def test_a_supervisor_words_a_text_and_an_admin_approves_it(house):
    sara, giulia = await house.browser("Sara"), await house.browser("Giulia")
    saved = await sara.submit("/texts/receipt/it", text=OURS)
    assert saved.status_code == 303
    after = await sara.open(saved.headers["location"])
    assert "Parte ancora il testo di prima" in after.text
    shown = await card(sara)
    assert "scritto da Sara" in shown
    assert "Approva questo testo" not in shown
    approved = await giulia.submit("/texts/receipt/it/approve", page="/texts", id=await waiting_id(giulia))
    assert "da adesso parte questo testo" in (await giulia.open(approved.headers["location"])).text
    shown = await card(giulia)
    assert "Approvato da Giulia" in shown
    assert "Ricevuto, grazie" in shown
    number = await house.said("Il pacco non è arrivato, dov'è?")
    assert f"Ricevuto, grazie: richiesta n. {number}." in (await giulia.open(f"/cases/{number}")).text


async def test_the_programs_own_text_comes_back_by_a_press(house):
    giulia = await house.browser("Giulia")
    await giulia.submit("/texts/receipt/it", text=OURS)
    await giulia.submit("/texts/receipt/it/approve", page="/texts", id=await waiting_id(giulia))
    back = await giulia.submit("/texts/receipt/it/reset", page="/texts", id=await waiting_id(giulia))
    assert "parte di nuovo il testo di Rimedio" in (await giulia.open(back.headers["location"])).text
    assert "Il suo messaggio è arrivato" in await card(giulia)


async def test_a_mistake_is_explained_and_keeps_what_was_typed(house):
    giulia = await house.browser("Giulia")
    answer = await giulia.submit("/texts/receipt/it", text="Richiesta n. {numero}, {when} <b>")
    assert answer.status_code == 400
    assert "{numero} qui non si può usare. I campi di questo testo: {number}, {when}." in answer.text
    assert "Richiesta n. {numero}, {when} &lt;b&gt;</textarea>" in answer.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Richiesta n. {number}.", "Manca {when}"),
        ("Richiesta n. {number} {when} }", "i campi si scrivono tra due, come {number}"),
        ("Richiesta n. {number} {when}, 5 euro", "«euro»"),
        ("(Le|ti) risponde una persona {when} | n. {number}.", "| che non separa niente"),
        (standing_text("receipt", "it").text, "già"),
    ],
)
async def test_each_mistake_has_its_sentence(house, text, said):
    giulia = await house.browser("Giulia")
    assert said in (await giulia.submit("/texts/receipt/it", text=text)).text


async def test_who_approves_what_has_changed_meanwhile_is_told(house):
    giulia, sara = await house.browser("Giulia"), await house.browser("Sara")
    await sara.submit("/texts/receipt/it", text=OURS)
    seen = await waiting_id(giulia)
    await sara.submit("/texts/receipt/it", text=f"{OURS} Grazie.")
    answer = await giulia.submit("/texts/receipt/it/approve", page="/texts", id=seen)
    assert answer.status_code == 409
    assert "Nel frattempo è cambiato qualcosa" in answer.text
    assert "Approvato da" not in await card(giulia)


async def test_what_waits_can_be_thrown_away(house):
    sara = await house.browser("Sara")
    await sara.submit("/texts/receipt/it", text=OURS)
    await sara.submit("/texts/receipt/it/discard", page="/texts", id=await waiting_id(sara))
    assert "scritto da Sara" not in await card(sara)


async def test_an_agent_reads_and_words_nothing(house):
    marco, sara = await house.browser("Marco"), await house.browser("Sara")
    await sara.submit("/texts/receipt/it", text=OURS)
    text_id = await waiting_id(sara)
    assert "Cambia" not in await card(marco)
    assert (await marco.open("/texts/receipt/it")).status_code == 403
    write = await marco.submit("/texts/receipt/it", page="/texts", text=f"{OURS} Ciao.")
    discard = await marco.submit("/texts/receipt/it/discard", page="/texts", id=text_id)
    assert (write.status_code, discard.status_code) == (403, 403)
    assert "scritto da Sara" in await card(marco)


@pytest.mark.parametrize(
    "path", ["/texts/nothing/it", "/texts/receipt/xx", "/texts/receipt/IT", "/texts/unheard_of/it"]
)
async def test_a_text_that_does_not_exist_is_not_found(house, path):
    assert (await (await house.browser()).open(path)).status_code == 404


async def test_a_wording_is_shown_as_written_whatever_it_holds(house):
    giulia = await house.browser("Giulia")
    await giulia.submit("/texts/receipt/it", text=f"{OURS} <script>alert(1)</script> {{{{")
    await giulia.submit("/texts/receipt/it", text=f"{OURS} <script>alert(1)</script>")
    shown = await card(giulia)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script>" not in shown
