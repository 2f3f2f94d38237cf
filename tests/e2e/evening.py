"""A busy evening: customers write and agents approve while the program's processes are killed at random.

Who writes and who approves goes on in a thread of its own and takes no notice of the kills. `verify`
looks at what is left in the database and at what Telegram's double has accepted.
"""

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from random import Random

from tests.processes import Cluster, Running, until
from tests.telegram import NoSuchButtonError, User

CUSTOMERS = 40
AGENTS = ("Giulia", "Bruno")
APPROVE = "Approva e invia"
# An agent's chat takes one post a second and a card has two: were more written, no agent would ever see
# a card that is not out of date, and nothing would be approved.
_WRITE_EVERY = 2.5
_LOOK_EVERY = 0.3
_BOTS_SHARE = 0.3
_MATTERS = (
    "Il pacco {n} non è arrivato",
    "Consegna numero {n}: ancora niente da ieri",
    "Ordine {n}, dov'è finito?",
    "Aspetto il {n} da una settimana",
)
SETTLED_WITHIN = 300.0


class Evening:
    """Forty customers and two agents around one cluster."""

    def __init__(self, cluster: Cluster, duties: Sequence[str], seed: int) -> None:
        self._cluster = cluster
        self._duties = duties
        self._rng = Random(seed)
        self._writing = Random(seed + 1)
        self._pressed: dict[int, set[int]] = defaultdict(set)
        self._over = threading.Event()
        self._busy = threading.Thread(target=self._go_on, name="evening")
        self._failure: BaseException | None = None
        self.written: dict[int, list[str]] = defaultdict(list)
        self.killed: Counter[str] = Counter()
        self.customers: list[User] = []
        self.agents: list[User] = []

    def begin(self) -> None:
        """Starts the processes, links the agents, and lets the customers write from now on."""
        telegram = self._cluster.telegram
        self._cluster.command("db", "upgrade")
        for duty in self._duties:
            self._cluster.start(duty)
        self.agents = [self._cluster.hire(name) for name in AGENTS]
        self.customers = [telegram.user(f"Cliente {n}", language="it") for n in range(CUSTOMERS)]
        self._busy.start()

    def kill_one(self) -> None:
        """After a random while, kills a random process that has something to lose, and starts another."""
        time.sleep(self._rng.uniform(0.2, 3.0))
        # Who waits for a dead bot's lease to run out has nothing yet that a kill could hurt; and a bot
        # that never lived for longer than its lease would send next to nothing all evening.
        victims = [one for one in self._cluster.running if not self._waits(one)]
        weights = [_BOTS_SHARE if one.duty == "bot" else 1.0 for one in victims]
        (chosen,) = self._rng.choices(victims, weights)
        self.killed[chosen.duty] += 1
        self._cluster.kill(chosen)
        self._cluster.start(chosen.duty)
        assert self._busy.is_alive(), self._failure

    def _waits(self, process: Running) -> bool:
        return process.duty == "bot" and "lease.held" not in process.log.read_text()

    def end(self, *, answers: int) -> None:
        """Lets everybody stop, everything be worked off and all answers leave, and ends the processes.

        Where the kills left too little time for it, the agents first approve until there are so many answers.

        Cards that are still to be posted are not waited for: an agent's chat takes one a second.
        """
        self._over.set()
        self._busy.join(timeout=60)
        if self._failure is not None:
            raise self._failure
        until(lambda: self._answered() >= answers, "the agents have approved", patience=SETTLED_WITHIN)
        self._cluster.settled(cards=False, patience=SETTLED_WITHIN)
        self._cluster.end()

    def _answered(self) -> int:
        self._approve()
        return self._cluster.number("SELECT count(*) FROM approvals WHERE verdict = 'send'")

    def stop(self) -> None:
        """Ends the thread, whatever has happened."""
        self._over.set()
        if self._busy.ident is not None:
            self._busy.join(timeout=60)

    def _go_on(self) -> None:
        wrote = 0.0
        try:
            while not self._over.wait(_LOOK_EVERY):
                if time.monotonic() - wrote > _WRITE_EVERY:
                    self._write()
                    wrote = time.monotonic()
                self._approve()
        except Exception as error:  # noqa: BLE001 - a thread's failure is raised where it is joined
            self._failure = error

    def _write(self) -> None:
        customer = self._writing.choice(self.customers)
        text = self._writing.choice(_MATTERS).format(n=sum(map(len, self.written.values())))
        self.written[customer.id].append(text)
        customer.send(text)

    def _approve(self) -> None:
        for agent in self.agents:
            pressed = self._pressed[agent.id]
            for message in agent.messages():
                if APPROVE in message.labels and message.message_id not in pressed:
                    pressed.add(message.message_id)
                    try:
                        agent.press(message, APPROVE)
                    except NoSuchButtonError:
                        continue

    # Looking

    def verify(self) -> dict[str, int]:
        """Raises where anything was lost, sent twice or out of order; else figures of the evening."""
        self._verify_messages()
        in_doubt = sum(self._verify_sendings(customer) for customer in self.customers)
        assert self._cluster.telegram.violations == []
        return {
            "kills": self.killed.total(),
            "messages": sum(map(len, self.written.values())),
            "answers": self._cluster.number("SELECT count(*) FROM approvals WHERE verdict = 'send'"),
            "unconfirmed": in_doubt,
        }

    def _verify_messages(self) -> None:
        """Every message is in a case, once, in the order in which its chat wrote it."""
        kept: dict[int, list[str]] = defaultdict(list)
        rows = self._cluster.ask(
            "SELECT i.external_id, m.text FROM messages m JOIN identities i ON i.id = m.identity_id "
            "WHERE m.direction = 'in' AND m.case_id IS NOT NULL ORDER BY m.id"
        )
        for person, text in rows:
            kept[int(str(person))].append(str(text))
        assert kept == self.written
        without_draft = self._cluster.number(
            "SELECT count(*) FROM cases c WHERE c.state = 'drafting' OR c.state = 'waiting_agent' AND NOT "
            "EXISTS (SELECT 1 FROM drafts d WHERE d.case_id = c.id AND d.state = 'proposed' "
            "AND d.revision = c.revision)"
        )
        assert without_draft == 0

    def _verify_sendings(self, customer: User) -> int:
        """What Telegram accepted is what is noted as sent, or in doubt; how many are in doubt."""
        accepted = {
            call.result["message_id"]: call.text
            for call in self._cluster.telegram.requests("sendMessage", chat=customer, ok=True)
        }
        rows = self._cluster.ask(
            "SELECT state, provider_id, content FROM outbox WHERE purpose <> 'card' "
            f"AND chat_key LIKE '%:{customer.id}'"
        )
        sent = [int(str(provider)) for state, provider, _ in rows if state == "sent"]
        assert len(set(sent)) == len(sent)
        assert set(sent) <= set(accepted)
        unknown = Counter(text for message, text in accepted.items() if message not in sent)
        in_doubt = Counter(text_of(content) for state, _, content in rows if state == "unconfirmed")
        assert unknown <= in_doubt, "sent twice, or sent and not shown as in doubt"
        assert {str(state) for state, _, _ in rows} <= {"sent", "unconfirmed", "cancelled"}
        return in_doubt.total()


def text_of(content: object) -> str:
    """The text of an outbox row, whose content one driver decodes and the other does not."""
    decoded = json.loads(content) if isinstance(content, str) else content
    assert isinstance(decoded, dict)
    return str(decoded["text"])
