"""The delivery loop of one receiver.

    due -> render (first attempt only) -> claim (lease, attempt recorded, payload frozen) -> send -> record

At least once, said aloud: if this process dies between `claim` and the record of the outcome, the lease runs out and
the message is sent again under the same id, marked as a possible repeat.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from alertd import telemetry
from alertd.base.clock import Clock, parse_rfc3339
from alertd.base.failpoints import failpoint
from alertd.errors import AlertdError, StoreUnavailable
from alertd.model import Claim, ClaimRefused, DueDelivery
from alertd.notify.ladder import breaker_pause_s
from alertd.notify.outcome import Dead, Later, Outcome, Sent, masked
from alertd.notify.progress import read_progress
from alertd.notify.protocol import Attempt, Notifier
from alertd.notify.unsent import with_unsent
from alertd.workers.lane_notices import LaneNotices
from alertd.workers.lane_plan import due_again
from alertd.workers.lane_record import SPARE, claimed, recorded
from alertd.workers.lane_store import LaneStore
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)

SWEEP_S = 1.0
"""The safety net under the wake-up list: a lane looks at its queue at least this often."""
HOLD_MS = 5_000
"""How long a lane believes that its receiver is paused: the wake-up that ends a pause may overtake the refusal."""
UNEXPECTED_MS = 30_000
"""How long a message is left alone after an error that nobody foresaw: it is still due, and would come at once."""


class Lane:
    """Sends what is due to one receiver, within its concurrency and pace."""

    def __init__(
        self,
        receiver: str,
        notifier: Notifier,
        store: LaneStore,
        notices: Notices,
        clock: Clock,
        progress: Progress,
        cautious: Callable[[int], int] = int,
    ) -> None:
        """`cautious` gives the time by which a message may be dropped, where the clock is in doubt."""
        self.receiver = receiver
        self._notifier = notifier
        self._store = store
        self._tell = LaneNotices(receiver, notices)
        self._clock = clock
        self._progress = progress
        self._cautious = cautious
        self._wake = asyncio.Event()
        self._stopping = False
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._not_before: dict[str, int] = {}
        self._hold_until = 0
        """Until when the store gives out nothing for this receiver: it is paused, or its pace is kept."""
        self._failures = 0
        """Counted failures in a row, of whatever messages: the circuit breaker's count."""
        self._open_since = 0
        self._said = ""
        """The last error of its queue: it is said once, however often it comes."""

    def wake(self) -> None:
        """Say that something new may be due, or that a pause is over."""
        self._hold_until = 0
        self._wake.set()

    def set_back(self) -> None:
        """Forget the times of a clock that was set back: they may lie far ahead now."""
        self._not_before.clear()
        self.wake()

    async def run(self) -> None:
        """Send until told to stop; then return when nothing is being sent."""
        while not self._stopping:
            self._progress.tick(f"deliver:{self.receiver}")
            self._wake.clear()
            wait_s = SWEEP_S
            try:
                wait_s = await self._turn()
                self._said = ""
            except StoreUnavailable as error:
                # The deliverer says once that Redis is away; a line for each lane and turn would bury that.
                log.debug("queue_unavailable", receiver=self.receiver, error=str(error))
            except AlertdError as error:  # its queue is not ours any more, say: it alone waits until that is mended
                log.log(
                    10 if str(error) == self._said else 40, "lane_failed", receiver=self.receiver, error=str(error)
                )
                self._said = str(error)
            await self._wait(wait_s)
        if self._sending:
            await asyncio.wait(self._sending.values())

    def stop(self) -> None:
        """Claim nothing more."""
        self._stopping = True
        self._wake.set()

    async def close(self) -> None:
        """Close the notifier's connections."""
        self._progress.forget(f"deliver:{self.receiver}")
        await self._notifier.close()

    async def _turn(self) -> float:
        """Start what is due and free to start; give the seconds until it makes sense to look again."""
        now = self._clock()
        free = self._notifier.concurrency - len(self._sending)
        if free <= 0:
            return SWEEP_S
        if now < self._hold_until:
            return min(SWEEP_S, (self._hold_until - now) / 1000)
        self._not_before = {key: at for key, at in self._not_before.items() if at > now}
        # Those that are put off stand in front: one of them must not hide what is due behind it.
        held = self._sending.keys() | self._not_before.keys()
        due, next_ms = await self._store.due(self.receiver, now, free + len(held))
        for item in [item for item in due if item.delivery.id not in held][:free]:
            self._start(item)
        waits = [at for at in (next_ms, *self._not_before.values()) if at is not None and at > now]
        return min([SWEEP_S, *((at - now) / 1000 for at in waits)])

    def _start(self, item: DueDelivery) -> None:
        task = asyncio.create_task(self._deliver(item), name=f"deliver:{item.delivery.id}")
        self._sending[item.delivery.id] = task

        def done(finished: asyncio.Task[None]) -> None:
            self._sending.pop(item.delivery.id, None)
            self._wake.set()
            if not finished.cancelled() and (error := finished.exception()):
                log.error("delivery_failed_unexpectedly", delivery=item.delivery.id, exc_info=error)
                self._not_before[item.delivery.id] = self._clock() + UNEXPECTED_MS

        task.add_done_callback(done)

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(seconds, 0.001)):
                await self._wake.wait()

    async def _deliver(self, item: DueDelivery) -> None:
        """Take one message through one attempt."""
        now = self._clock()
        delivery = item.delivery
        if delivery.expires_ms <= self._cautious(now):
            if await self._record(lambda: self._store.expire(delivery.id, "", self._clock())):
                self._count("expired", item)
                log.error("delivery_expired", delivery=delivery.id, receiver=self.receiver)
                if item.message.type != "notice":
                    await self._tell.expired(now)
            return
        failpoint("deliver.due")
        token = secrets.token_hex(8)
        payload = item.payload
        if payload is None:
            try:
                payload = self._notifier.render(with_unsent(item.message, delivery))
            except Exception as error:
                log.error("render_failed", delivery=delivery.id, receiver=self.receiver, exc_info=error)
                payload = b""
        sender, ask, body = self._notifier, self._store.claim, payload
        leased = (sender.lease_ms, sender.pace_ms)
        claim = await claimed(
            lambda: ask(self.receiver, delivery.id, token, self._clock(), *leased, body, pace_key=sender.pace_key),
            delivery.id, SPARE * sender.lease_ms / 1000,
        )  # fmt: skip
        if claim is None:
            return
        if isinstance(claim, ClaimRefused):
            if claim.reason in ("paused", "paced"):
                self._hold_until = min(claim.retry_ms, now + HOLD_MS)
                return
            if claim.reason == "unsent":
                self._count("expired", item)
                log.info("delivery_behind_unsent", delivery=delivery.id, receiver=self.receiver)
            if claim.reason == "not_due" and claim.retry_ms > now:  # another process has it
                return
            # gone, and still in the queue: that must not make the lane spin
            self._not_before[delivery.id] = max(claim.retry_ms, now + int(SWEEP_S * 1000))
            return
        failpoint("deliver.claimed")
        outcome = masked(await self._send(claim), telemetry.safe_text)
        failpoint("deliver.sent")
        await self._settle(item, claim, outcome)

    async def _send(self, claim: Claim) -> Outcome:
        if not claim.payload:
            return Dead("the message could not be rendered; the log has the reason")
        attempt = Attempt(
            delivery_id=claim.delivery.id,
            number=claim.delivery.attempts,
            in_doubt=claim.in_doubt,
            now=self._clock(),
            progress=claim.delivery.progress,
            thread=claim.thread,
        )
        started = asyncio.get_running_loop().time()
        try:
            # Past its lease an attempt could overlap with its own repeat: give up before that.
            async with asyncio.timeout((1 - SPARE) * self._notifier.lease_ms / 1000):
                return await self._notifier.send(claim.payload, attempt)
        except TimeoutError:
            # Whether it arrived is unknown: the next attempt says so where a person reads it.
            doubt = read_progress(claim.delivery.progress, in_doubt=True).encode()
            return Later("no answer within the time of the lease", progress=doubt)
        except Exception as error:
            log.error("send_raised", delivery=claim.delivery.id, receiver=self.receiver, exc_info=error)
            return Later(f"unexpected {type(error).__name__}", progress=claim.delivery.progress)
        finally:
            telemetry.DELIVERY_ATTEMPT_SECONDS.labels(receiver=self.receiver).observe(
                asyncio.get_running_loop().time() - started
            )

    async def _settle(self, item: DueDelivery, claim: Claim, outcome: Outcome) -> None:
        """Record what came of the attempt. The records are idempotent, so they are repeated until they are taken."""
        delivery, store, now = claim.delivery, self._store, self._clock()
        if isinstance(outcome, Sent):
            finish = partial(store.finish, delivery.id, delivery.token, now, outcome.detail)
            await self._record(lambda: finish(thread=outcome.thread, wire=outcome.wire))
            await self._healed(now)
            self._count("sent", item)
            if item.message.event is not None and item.message.event.seen_at:
                latency = (now - parse_rfc3339(item.message.event.seen_at)) / 1000
                telemetry.EVENT_TO_DELIVERY_SECONDS.observe(latency)
            log.info("delivered", delivery=delivery.id, receiver=self.receiver, attempt=delivery.attempts)
            return
        if isinstance(outcome, Later):
            pause_s = await self._failed(outcome, now)
            due_ms = due_again(outcome, delivery, now, self._cautious(now))
            if due_ms is not None:
                pause_ms = now + int(pause_s * 1000) if pause_s else 0
                retry = partial(
                    store.retry, delivery.id, delivery.token, now, due_ms, outcome.error,
                    counts=outcome.counts, progress=outcome.progress, pause_until_ms=pause_ms, gone=outcome.gone,
                )  # fmt: skip
                await self._record(retry)
                failpoint("deliver.retried")
                self._count("parked" if outcome.gone else "retried", item)
                if outcome.gone:
                    self._hold_until = min(pause_ms, now + HOLD_MS)
                log.warning(
                    "receiver_parked" if outcome.gone else "delivery_retried",
                    delivery=delivery.id,
                    receiver=self.receiver,
                    attempt=delivery.attempts,
                    error=outcome.error,
                    in_s=round(max(pause_s, (due_ms - now) / 1000), 1),
                )
                return
            error = f"{outcome.error}; no attempt is left before it expires"
        else:
            error = outcome.error
        await self._record(lambda: store.bury(delivery.id, delivery.token, now, error))
        self._count("dead", item)
        log.error("dead_letter", delivery=delivery.id, receiver=self.receiver, error=error)
        if item.message.type != "notice":  # a notice about a notice could go round for ever
            await self._tell.dead_letter(error, now)

    async def _failed(self, outcome: Later, now: int) -> float:
        """Count towards the breaker; gives the seconds for which the receiver is left in peace."""
        if outcome.partly:
            await self._healed(now)
        if outcome.gone:
            self._open_since = self._open_since or now
            await self._tell.gone(outcome.error, now)
        if outcome.partly or not outcome.counts:
            return outcome.pause_s
        self._failures += 1
        pause_s = breaker_pause_s(self._failures)
        if pause_s and not self._open_since:
            self._open_since = now
            await self._tell.failing(self._failures, outcome.error, now)
        return max(pause_s, outcome.pause_s)

    async def _healed(self, now: int) -> None:
        if self._open_since:
            await self._tell.healed(self._open_since, now)
        self._failures, self._open_since = 0, 0

    async def _record(self, write: Callable[[], Awaitable[bool]]) -> bool:
        return await recorded(write, self.receiver, self._notifier.lease_ms, self._clock)

    def _count(self, outcome: str, item: DueDelivery) -> None:
        telemetry.DELIVERIES.labels(receiver=item.delivery.receiver, outcome=outcome).inc()
