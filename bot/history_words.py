"""What the bot says to agents of a customer's history: signals, and what they rest on."""

from collections.abc import Mapping

ITALIAN: Mapping[str, str] = {
    "signals": "<b>Segnali:</b> {signals}",
    "signals_bad_day": "<b>Segnali:</b> {signals}. Può essere stata una brutta giornata.",
    "signal_dismiss": "Non vale: {signal}",
    "signal_dismissed": "Segnale tolto, con il motivo: richiesta n. {number}. Quel che aspetta un agente si "
    "decide di nuovo senza.",
    "why_not_bad_day": "Solo una brutta giornata",
    "why_not_ours": "I problemi erano nostri",
    "why_not_misread": "Messaggi letti male",
    "why_not_somebody_else": "Era un'altra persona",
    "why_not_in_words": "Altro: lo scrivo io",
    "prompt_dismiss": "Richiesta n. {number}: perché il segnale non vale? Scrivilo in risposta a questo "
    "messaggio, entro 15 minuti. Il cliente può chiedere di leggerlo.",
    "blocked_signal_gone": "Questo segnale non c'è più, oppure l'ha già tolto qualcun altro.",
    "blocked_reason_empty": "Manca il motivo: scrivi perché il segnale non vale.",
    "evidence": "Su che cosa si basano i segnali",
    "evidence_of": "Richiesta n. {number}: su che cosa si basano i segnali. Solo per noi, mai nei testi.",
    "evidence_of_bad_day": "Richiesta n. {number}: su che cosa si basano i segnali. Solo per noi, mai nei "
    "testi. Può essere stata una brutta giornata.",
    "evidence_none": "Richiesta n. {number}: adesso non c'è nessun segnale.",
    "evidence_case": "n. {number} · {day}",
    "evidence_words_gone": "(parole cancellate)",
    "evidence_order": "Ordine {number}",
    "evidence_bought": "I suoi ordini pagati nel registro:",
    "evidence_never": "Nel registro non c'è nessun suo ordine pagato.",
    "evidence_unbought": "Il registro non ha ordini con i numeri, gli indirizzi e-mail, i telefoni o "
    "l'account Telegram che conosciamo. Può aver comprato con altri dati.",
    "evidence_first": "Primo messaggio: {day}",
    "evidence_until": "Vale fino al {day}, se non succede altro.",
    "evidence_dismissed": "Tolto da {who}, {day}: {reason}",
}
ENGLISH: Mapping[str, str] = {
    "signals": "<b>Signals:</b> {signals}",
    "signals_bad_day": "<b>Signals:</b> {signals}. It may have been a bad day.",
    "signal_dismiss": "Doesn't hold: {signal}",
    "signal_dismissed": "Signal dismissed, with the reason: request no. {number}. What waits for an agent is "
    "decided anew without it.",
    "why_not_bad_day": "Just a bad day",
    "why_not_ours": "The problems were ours",
    "why_not_misread": "Messages misread",
    "why_not_somebody_else": "It was somebody else",
    "why_not_in_words": "Something else: I'll write it",
    "prompt_dismiss": "Case no. {number}: why does the signal not hold? Write it as a reply to this message, "
    "within 15 minutes. The customer may ask to read it.",
    "blocked_signal_gone": "This signal is gone, or somebody else has dismissed it already.",
    "blocked_reason_empty": "The reason is missing: write why the signal does not hold.",
    "evidence": "What the signals rest on",
    "evidence_of": "Case no. {number}: what the signals rest on. For us alone, never in a text.",
    "evidence_of_bad_day": "Case no. {number}: what the signals rest on. For us alone, never in a text. It "
    "may have been a bad day.",
    "evidence_none": "Case no. {number}: there is no signal now.",
    "evidence_case": "no. {number} · {day}",
    "evidence_words_gone": "(words deleted)",
    "evidence_order": "Order {number}",
    "evidence_bought": "Their paid orders in the book:",
    "evidence_never": "The book has no paid order of theirs.",
    "evidence_unbought": "The book has no order with the numbers, e-mail addresses, telephones or Telegram "
    "account that we know. They may have bought with others.",
    "evidence_first": "First message: {day}",
    "evidence_until": "Holds until {day}, unless more happens.",
    "evidence_dismissed": "Dismissed by {who}, {day}: {reason}",
}
