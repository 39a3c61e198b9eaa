"""Every metric of the broker, each with the operator's question it answers.

All begin with `swb_`; labels have few values and never an id or a personal value. The
documentation lists them all; a test compares.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """One set of metrics with its own registry; the process has one, a test may make another."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._doors(self.registry)
        self._road(self.registry)
        self._queue(self.registry)
        self._loops(self.registry)

    def _doors(self, name: CollectorRegistry) -> None:
        self.submissions = Counter(
            "swb_submissions_total",
            "How much is coming in at the doors, and how is it received?",
            ("family", "result"), registry=name)  # fmt: skip
        self.intake_seconds = Histogram(
            "swb_intake_seconds", "How long does a sender wait for its receipt?",
            buckets=SECONDS, registry=name)  # fmt: skip

        self.limited = Counter(
            "swb_requests_limited_total", "Who reaches which of its limits?",
            ("sender", "limit"), registry=name)  # fmt: skip

    def _road(self, name: CollectorRegistry) -> None:
        self.messages = Counter(
            "swb_messages_total", "How many messages are accepted and rejected, by format?",
            ("format", "verdict"), registry=name)  # fmt: skip
        self.turns = Counter(
            "swb_turns_total",
            "How many submissions are translated in parts, and what do they wait for?",
            ("family", "why"), registry=name)  # fmt: skip
        self.problems = Counter(
            "swb_problems_total", "What do senders get wrong most?",
            ("code",), registry=name)  # fmt: skip
        self.unmapped = Counter(
            "swb_unmapped_total", "How many values found no place in the canonical model?",
            ("format",), registry=name)  # fmt: skip
        self.outcomes = Counter(
            "swb_outcomes_total", "What becomes of the events: applied, repeated, late, declined?",
            ("kind", "does", "outcome"), registry=name)  # fmt: skip
        self.unresolved = Gauge(
            "swb_unresolved", "How many events wait for a reference to mean something?",
            registry=name)  # fmt: skip
        self.decisions = Counter(
            "swb_decisions_total", "Who receives what: new, changed, unchanged, withdrawn?",
            ("recipient", "result"), registry=name)  # fmt: skip
        self.unrouted = Counter(
            "swb_unrouted_total",
            "How many documents were entitled to nobody: is a routing row missing?",
            ("kind",), registry=name)  # fmt: skip
        self.requests = Counter(
            "swb_requests_total",
            "What is asked of authorities, and how does it end?",
            ("kind", "does", "state"), registry=name)  # fmt: skip
        self.notes = Counter(
            "swb_notes_total",
            "How often is a sender told that something is odd about what stands, by kind?",
            ("kind",), registry=name)  # fmt: skip

    def _queue(self, name: CollectorRegistry) -> None:
        self.deliveries = Counter(
            "swb_deliveries_total", "How many deliveries are handed over and acknowledged?",
            ("recipient", "state"), registry=name)  # fmt: skip
        self.answers = Counter(
            "swb_answers_total", "What do the agencies answer?",
            ("recipient", "status"), registry=name)  # fmt: skip
        self.answer_notices = Counter(
            "swb_answer_notices_total",
            "How often does an answer not settle what it was about (any longer), and why?",
            ("recipient", "type"), registry=name)  # fmt: skip
        self.replies = Counter(
            "swb_replies_total",
            "How many replies answer a message, and how many report a later change?",
            ("kind", "about"), registry=name)  # fmt: skip
        self.oldest_waiting_seconds = Gauge(
            "swb_oldest_waiting_seconds",
            "Which recipient does not fetch what waits for it?",
            ("recipient",), registry=name)  # fmt: skip
        self.queued = Gauge(
            "swb_queued", "How much waits for each recipient?", ("recipient",), registry=name
        )
        self.overdue = Gauge(
            "swb_asks_overdue", "Which agency is late with its answers?",
            ("recipient",), registry=name)  # fmt: skip

    def _loops(self, name: CollectorRegistry) -> None:
        self.lag = Gauge(
            "swb_lag_records", "Does a station fall behind its topic?",
            ("station", "topic"), registry=name)  # fmt: skip
        self.hop_pieces = Counter(
            "swb_hop_messages_total", "How much work does each station get done?",
            ("station",), registry=name)  # fmt: skip
        self.hop_commit_seconds = Histogram(
            "swb_hop_commit_seconds", "Is the database slow to commit?",
            ("station",), buckets=SECONDS, registry=name)  # fmt: skip
        self.hop_faults = Counter(
            "swb_hop_faults_total", "Which plumbing breaks under which station?",
            ("station", "code"), registry=name)  # fmt: skip
        self.parked_total = Counter(
            "swb_records_parked_total", "How many records were parked since the start?",
            ("station",), registry=name)  # fmt: skip
        self.workers_ended = Counter(
            "swb_workers_ended_total", "Which limits do submissions reach in the workers?",
            ("reason",), registry=name)  # fmt: skip
        self.parked = Gauge("swb_parked", "How many records wait for a person now?", registry=name)
        self.outbox = Gauge(
            "swb_outbox_records", "Are committed records waiting to reach the log?",
            registry=name)  # fmt: skip
        self.book = Gauge(
            "swb_book_info", "Which configuration are decisions taken under?",
            ("digest",), registry=name)  # fmt: skip
        self.configuration_number = Gauge(
            "swb_configuration_number",
            "Does this process work under the configuration in force?",
            ("of",), registry=name)  # fmt: skip
        self.http = Counter(
            "swb_http_requests_total", "Which requests are refused, and how?",
            ("route", "method", "status"), registry=name)  # fmt: skip

    def exposition(self) -> bytes:
        """The Prometheus text format."""
        return generate_latest(self.registry)


METRICS = Metrics()
