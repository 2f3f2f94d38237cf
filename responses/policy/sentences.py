"""Sentences for agents about what the policy did, in the languages of the desk."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from models.decision import Manner, RemedyKind, Role
from models.money import Money
from responses.policy.schema import Policy
from responses.policy.words.conditions import ConditionWords
from responses.policy.words.phrases import Phrases, phrases_in

_IT = {
    "matched": "vale: {tests}",
    "always": "vale sempre",
    "not_matched": "non vale: {tests}",
    "open_facts": "ancora in sospeso, nessuno sa: {facts}",
    "open_unsure": "ancora in sospeso, la classificazione è incerta su: {fields}",
    "pending_one": "non si applica ancora, perché prima c'è {rules}, in sospeso",
    "pending_other": "non si applica ancora, perché prima ci sono {rules}, in sospeso",
    "pending_known": "non si applica ancora: prima serve sapere {facts}",
    "not_in_force": "non in vigore {day}",
    "given": "abbiamo già rimediato {day}: un nuovo messaggio sullo stesso fatto non dà altro",
    "in_time": "promesso {day}, e il termine non è ancora passato: fino ad allora la promessa vale, e un "
    "messaggio che la dà per mancata non dà altro",
    "owed_given": "già dato {day}",
    "second_time": "era già successo {day}: {complaint}",
    "same_or_another": "{day} abbiamo già risposto a {complaint}: se è lo stesso ordine lo dice il numero",
    "raised": "succede di nuovo: un gradino in più nella scala",
    "not_raised": "succede di nuovo e non c'è un gradino più alto: approva {role}",
    "unsure": "la classificazione è incerta su: {fields}; decide una persona",
    "other_orders": "il cliente nomina anche {others}: quanto deciso conta per {order} soltanto",
    "after_exit": "il rapporto è stato chiuso: per questo non c'è una bozza, scrivi tu",
    "after_exit_from": "il rapporto è stato chiuso {day}: per questo non c'è una bozza, scrivi tu",
    "remark": "{fact}: {remark}",
    "asked_twice": "chiesto due volte al cliente, e non si sa ancora",
    "foreign": "si sa {amount}, ma le regole contano in {currency}: quanto fa lo dice un operatore",
    "no_rule": "nessuna regola vale per {complaint}",
    "hands_over": "la regola {rule} passa la mano: oltre al dovuto decide {role}",
    "unknown_amount": "{rule}: l'importo non si può calcolare, manca: {facts}",
    "per_case": "il tetto per caso ({cap})",
    "share_of_price": "il tetto sul prezzo pagato ({cap})",
    "cut": "riduciamo {remedy} a {amount}: {limit}",
    "dropped": "togliamo {remedy}: {limit}",
    "above": "{remedy} vale più del tetto e non si può ridurre: approva {role}",
    "one_per_failure": "togliamo {remedy}: un solo rimedio di favore per ogni mancanza",
    "covered": "togliamo {remedy} di favore: basta quanto è già dovuto",
    "reduced": "riduciamo {remedy} di favore a {amount}: il resto è già dovuto",
    "unknown_worth": "{remedy}: il valore non è noto, approva {role}",
    "price_unknown": "il tetto sul prezzo non è stato verificato: il valore dell'ordine non è noto",
    "price_unknown_alone": "il tetto sul prezzo, l'unico che c'è, non si può verificare: approva {role}",
    "per_customer": "con questo il cliente ha avuto {total} di favori, più di {cap}: approva {role}",
    "per_customer_unknown": "quanto vale non si sa, e il cliente può avere al massimo {cap}: approva {role}",
    "past_unknown": "non si sa quanto valeva in questa valuta {remedy} che abbiamo dato {day}: "
    "approva {role}",
    "owed_unknown": "lasciamo per intero {remedy} di favore, perché non si sa quanto è dovuto: "
    "approva {role}",
    "owed_open": "{rule} potrebbe essere dovuto: nessuno sa {facts}",
    "budget_day": "con questo i favori di oggi fanno {total}, più del budget di {cap}: approva {role}",
    "budget_month": "con questo i favori del mese fanno {total}, più del budget di {cap}: approva {role}",
    "above_all": "il valore ({worth}) supera quanto chiunque può approvare: decide {role}",
    "above_all_owed": "{remedy} di favore accanto al dovuto è più di quanto si può approvare: decide {role}",
    "manner_unsure": "la regola {rule} potrebbe valere: per prudenza approva {role}",
    "cases_other": "{number} casi in {span}",
    "claims_other": "{number} richieste in {span}",
    "cases_with_threat_other": "{number} casi con minacce in {span}",
    "critical_cases_other": "{number} casi con urgenza critica in {span}",
    "claims_without_order_other": "{number} richieste in {span}, nessun ordine nel registro",
    "paid_orders_none": "nessun acquisto pagato in {span}",
    "paid_orders_one": "un acquisto pagato in {span}",
    "paid_orders_other": "{number} acquisti pagati in {span}",
    "years_known_other": "cliente da {number} anni",
    "after_remedy": "{seen}, {number} dopo un rimedio",
    "signal_once": "togliamo {remedy} di favore, perché abbiamo già rimediato {day}: {signal}",
    "signal_never_raise": "nessun gradino in più nella scala: {signal}",
    "signal_proof": "prima di un favore serve sapere {facts}: {signal}",
    "signal_unproven": "{remedy} di favore aspetta, prima serve sapere {facts}: {signal}",
    "signal_tier": "{signal}: approva {role}",
    "signal_answer": "{signal}: {answer}",
    "signal_show_worth": "{signal}: scriviamo quanto vale quello che diamo",
    "signal_sooner": "{signal}: si guarda presto come ciò che è urgente",
    "signal_exit": "{signal}: un responsabile può proporre di chiudere il rapporto",
    "agent": "un operatore",
    "supervisor": "un responsabile",
    "admin": "un amministratore",
    "none": "un messaggio senza tipo di reclamo",
}
_EN = {
    "matched": "holds: {tests}",
    "always": "always holds",
    "not_matched": "does not hold: {tests}",
    "open_facts": "still open, nobody knows: {facts}",
    "open_unsure": "still open, the classification is unsure of: {fields}",
    "pending_one": "not applied yet, as {rules} stands before it and is open",
    "pending_other": "not applied yet, as {rules} stand before it and are open",
    "pending_known": "not applied yet: first it takes {facts}",
    "not_in_force": "not in force {day}",
    "given": "already put right {day}: another message about the same matter earns nothing more",
    "in_time": "promised {day} and not yet due: until then the promise stands, and a message that calls "
    "it broken earns nothing more",
    "owed_given": "already given {day}",
    "second_time": "it had happened before, {day}: {complaint}",
    "same_or_another": "{complaint} was answered {day}: the number tells whether it is the same order",
    "raised": "it happens again: one step up the ladder",
    "not_raised": "it happens again and there is no higher step: approved by {role}",
    "unsure": "the classification is unsure of: {fields}; a person decides",
    "other_orders": "the customer names {others} as well: what is decided counts for {order} only",
    "after_exit": "the relationship was ended: there is no draft for this, please write yourself",
    "after_exit_from": "the relationship ended {day}: there is no draft for this, please write yourself",
    "remark": "{fact}: {remark}",
    "asked_twice": "the customer was asked twice, and it is still not known",
    "foreign": "{amount} is known, but the policy counts in {currency}: an agent says what it comes to",
    "no_rule": "no rule holds for {complaint}",
    "hands_over": "rule {rule} hands over: beyond what is owed, {role} decides",
    "unknown_amount": "{rule}: the amount cannot be worked out without: {facts}",
    "per_case": "the limit per case ({cap})",
    "share_of_price": "the limit by the price paid ({cap})",
    "cut": "{remedy} cut to {amount}: {limit}",
    "dropped": "{remedy} left out: {limit}",
    "above": "{remedy} is worth more than the limit and cannot be cut: approved by {role}",
    "one_per_failure": "{remedy} left out: one goodwill remedy per failure",
    "covered": "{remedy} as goodwill left out: it is owed already",
    "reduced": "{remedy} as goodwill cut to {amount}: the rest is owed already",
    "unknown_worth": "{remedy}: its worth is not known, approved by {role}",
    "price_unknown": "the limit by the price was not checked: the order's value is not known",
    "price_unknown_alone": "the limit by the price, the only one, cannot be checked: approved by {role}",
    "per_customer_unknown": "its worth is unknown and a customer may have {cap} at most: approved by {role}",
    "past_unknown": "what {remedy} given {day} was worth in this currency is unknown: approved by {role}",
    "owed_unknown": "{remedy} as goodwill is left whole, as what is owed is unknown: approved by {role}",
    "owed_open": "{rule} may be owed: nobody knows {facts}",
    "above_all_owed": "{remedy} as goodwill beside what is owed is above all approval: {role} decides",
    "per_customer": "with this the customer has had {total} in favours, above {cap}: approved by {role}",
    "budget_day": "with this today's favours come to {total}, above the budget of {cap}: approved by {role}",
    "budget_month": "with this the month's favours come to {total}, above the budget of {cap}: by {role}",
    "above_all": "the worth ({worth}) is above what anyone may approve: {role} decides",
    "manner_unsure": "rule {rule} may hold: to be safe, approved by {role}",
    "cases_other": "{number} cases in {span}",
    "claims_other": "{number} claims in {span}",
    "cases_with_threat_other": "{number} cases with threats in {span}",
    "critical_cases_other": "{number} cases of critical urgency in {span}",
    "claims_without_order_other": "{number} claims in {span}, no order in the book",
    "paid_orders_none": "no paid purchase in {span}",
    "paid_orders_one": "one paid purchase in {span}",
    "paid_orders_other": "{number} paid purchases in {span}",
    "years_known_other": "customer for {number} years",
    "after_remedy": "{seen}, {number} after a remedy",
    "signal_once": "{remedy} as a favour left out, already put right {day}: {signal}",
    "signal_never_raise": "no step up the ladder: {signal}",
    "signal_proof": "before a favour it takes {facts}: {signal}",
    "signal_unproven": "{remedy} as a favour waits, first it takes {facts}: {signal}",
    "signal_tier": "{signal}: approved by {role}",
    "signal_answer": "{signal}: {answer}",
    "signal_show_worth": "{signal}: we write what our gift is worth",
    "signal_sooner": "{signal}: looked at as soon as what is urgent",
    "signal_exit": "{signal}: a supervisor may propose to end the relationship",
    "agent": "an agent",
    "supervisor": "a supervisor",
    "admin": "an administrator",
    "none": "a message without a complaint type",
}


Said = str | Money | date | RemedyKind
"""What goes into a sentence: words as they are, a sum, a day ("l'8 maggio 2026"), a remedy ("il buono")."""


class Sentences:
    """Says things in one language of the desk: `it`, else English.

    What a policy names (complaint types, facts, rules) is said in the words of its sheet; without a policy
    there are no such names.
    """

    def __init__(self, language: str, policy: Policy | None = None) -> None:
        self._phrases = _IT if language == "it" else _EN
        self.language = language
        self._policy = policy

    def __call__(self, phrase: str, **fields: Said) -> str:
        """One sentence; `phrase` is its name, `fields` what goes into it."""
        return self._phrases[phrase].format(**{name: self._said(value) for name, value in fields.items()})

    def role(self, role: Role) -> str:
        """The role in words."""
        return self._phrases[role]

    def complaint(self, complaint_type: str | None) -> str:
        """What went wrong, in quotes, or that there is no type."""
        if complaint_type is None or self._policy is None:
            return complaint_type or self._phrases["none"]
        words = ConditionWords(self._policy, self._sheet)
        return self.quoted(words.complaint(complaint_type))

    def facts(self, names: Iterable[str]) -> str:
        """Facts as nouns: "il numero d'ordine e di chi è la colpa"."""
        if self._policy is None:
            return listed(names)
        words = ConditionWords(self._policy, self._sheet)
        return self._sheet.joined([words.asked(name) for name in names])

    def fields(self, names: Iterable[str]) -> str:
        """Fields of the classifier: "che messaggio è e con che tono"."""
        return self._sheet.joined([self._sheet(f"fields.{name}") for name in names])

    def rules(self, ids: Sequence[str]) -> str:
        """Entries by the owner's names: "«sicurezza» e «ritardo»"."""
        return self._sheet.joined([self.quoted(one) for one in ids])

    def quoted(self, text: str) -> str:
        """Between the quotation marks of the language."""
        return self._sheet("quote", text=text)

    def _said(self, value: Said) -> str:
        match value:
            case Money():
                return _sum(value, self.language)
            case date():
                return _day(value, self.language)
            case RemedyKind():
                return self._sheet(f"kinds.{value}")
            case _:
                return value

    def kinds(self, kinds: Iterable[RemedyKind]) -> str:
        """Remedies by their kind: "il buono", of a choice "il buono o lo sconto"."""
        return self._sheet.joined([self._sheet(f"kinds.{kind}") for kind in kinds], "or")

    def manner(self, manner: Manner) -> str:
        """How an answer is given: "rispondiamo mediando"."""
        return self._sheet(f"outcome.{manner}")

    @property
    def _sheet(self) -> Phrases:
        return phrases_in(self.language)


# A simulation says the same few again and again.
@lru_cache(maxsize=1024)
def _sum(money: Money, language: str) -> str:
    return phrases_in(language).money(money.rounded())


@lru_cache(maxsize=1024)
def _day(day: date, language: str) -> str:
    return phrases_in(language).on_day(day)


def listed(items: Iterable[str]) -> str:
    """Items with commas between."""
    return ", ".join(items)


def plain(money: Money) -> str:
    """Money as the policy file writes it: `20 EUR`, `4.90 EUR`."""
    amount = money.rounded().amount
    whole = amount == amount.to_integral_value()
    return f"{amount.quantize(Decimal(1)) if whole else amount} {money.currency}"
