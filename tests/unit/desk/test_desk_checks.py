"""The checks at the desk: told while a text is written, shown with a draft, and in the way of a wrong one."""


async def test_a_text_is_checked_while_it_is_written(house):
    number = await house.said("Il pacco RS1234 è in ritardo")
    browser = await house.browser()
    answer = await browser.act(f"/cases/{number}/check", {"text": "Buongiorno Marta, le rimborsiamo 100 €."})
    told = answer.json()["findings"]
    assert told[0]["severity"] == "error"
    assert "«100 €»" in told[0]["advice"]
    assert "supervisore" in told[0]["advice"]
    assert (told[0]["start"], told[0]["end"]) == (33, 38)


async def test_checking_keeps_nothing(house):
    number = await house.begins_with("Il pacco è in ritardo")
    browser = await house.browser()
    before = await browser.shown(number)
    await browser.act(f"/cases/{number}/check", {"text": "Le rimborsiamo 100 €."})
    assert await browser.shown(number) == before


async def test_words_in_wrong_braces_are_told_of_first(house):
    number = await house.begins_with("Il pacco è in ritardo")
    browser = await house.browser()
    answer = await browser.act(f"/cases/{number}/check", {"text": "Rispediamo {due}"})
    assert [one["severity"] for one in answer.json()["findings"]] == ["error"]
    assert "{due:1}" in answer.json()["findings"][0]["advice"]


async def test_our_own_draft_has_nothing_to_find(house):
    number = await house.begins_with("Il pacco è in ritardo")
    browser = await house.browser()
    state = (await browser.open(f"/cases/{number}/parts")).json()["state"]
    assert state["text"]
    assert state["findings"] == []


async def test_a_sum_that_nobody_decided_is_not_sent(house):
    number = await house.begins_with("Il pacco è in ritardo")
    browser = await house.browser()
    shown = await browser.shown(number)
    text = f"{shown['text']}\nE le rimborsiamo 100 €."
    answer = await browser.act(f"/cases/{number}/approve", shown | {"text": text})
    assert (answer.status_code, answer.json()["reason"]) == (409, "findings")
    assert "«100 €»" in answer.json()["sentence"]
    assert (await browser.shown(number))["text"] == shown["text"]


async def test_a_sum_is_found_in_an_english_speakers_words(house):
    number = await house.begins_with("Il pacco è in ritardo")
    browser = await house.browser()
    async with house.database.writing() as session:
        agent = await session.merge(await house.agent("Giulia"))
        agent.languages = ["en"]
    answer = await browser.act(f"/cases/{number}/check", {"text": "Le rimborsiamo 100 €."})
    assert "nothing was decided" in answer.json()["findings"][0]["advice"]


MOCKS = "Quel modulo lo compila anche mio nipote."


async def test_how_a_sentence_sounds_is_told_while_it_is_written(house):
    number = await house.begins_with("Il pacco è in ritardo")
    browser = await house.browser()
    answer = await browser.act(f"/cases/{number}/check", {"text": f"Abbiamo cercato il pacco. {MOCKS}"})
    (told,) = [one for one in answer.json()["findings"] if MOCKS in one["advice"]]
    assert (told["severity"], told["start"]) == ("warning", 26)
    assert "ironico" in told["advice"]


async def test_how_a_kept_text_sounds_stands_beside_it(house):
    number = await house.begins_with("Il pacco è in ritardo")
    browser = await house.browser()
    shown = await browser.shown(number)
    await browser.act(f"/cases/{number}/pass-on", shown | {"text": f"{shown['text']}\n{MOCKS}"})
    await house.settle()
    state = (await browser.open(f"/cases/{number}/parts")).json()["state"]
    assert MOCKS in state["text"]
    assert [one["severity"] for one in state["findings"] if MOCKS in one["advice"]] == ["warning"]
