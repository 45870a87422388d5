"""One delivery to a channel by bot token: what is posted, edited and replied, in this order.

    nothing stands yet   post the root
    an update            edit the root -> reply in its thread, shown in the channel too if it is to be noticed
    an answer            edit the root
    a note               wait for the root, reply in its thread

A rise in severity is such a reply and no new root: the alert keeps one place, whose buttons and history are right,
and whoever has the channel open or is notified of it sees the reply there as a message of its own.

What is done stands in the progress, so that a retry does not do it again. The edit comes first because repeating it
does no harm; if its turn has not come (`chat.update` has a rate of its own), the reply does not wait for it. Where
the root is gone or may not be edited any more, the whole message is posted anew: nothing is lost because somebody
tidied up.
"""

from __future__ import annotations

from typing import Any

import msgspec

from alertd.errors import StoreUnavailable
from alertd.notify.outcome import Dead, Later, Outcome, Sent, went_out
from alertd.notify.progress import Progress
from alertd.notify.protocol import Attempt
from alertd.notify.slack_api import EDIT, NOT_OURS, NOT_THERE, PLAINLY, POST, Answer, SlackApi
from alertd.notify.slack_frozen import Form, Frozen, fields

EDITED, REPLIED, ANEW = "edited", "replied", "anew"
"""What `Progress.served` has of a delivery to Slack."""
NEXT_S = 1.0
"""When the next call is made where this attempt has had its message: Slack's own pace."""
_STORE_AWAY_S = 5.0
_LONG_S = 300.0
"""Between two looks whether the alert stands in the channel by now."""


class Conversation:
    """One attempt at one delivery."""

    def __init__(self, api: SlackApi, channel: str, frozen: Frozen, attempt: Attempt, progress: Progress) -> None:
        self._api = api
        self._channel = channel
        self._frozen = frozen
        self._attempt = attempt
        self._progress = progress
        self._root = _root_in(channel, attempt.thread)
        self._sent: list[bytes] = []
        """The calls that Slack took."""

    async def run(self) -> Outcome:
        """Do what is left to do."""
        try:
            done = await (self._note() if self._frozen.kind == "note" else self._run())
            return went_out(done, b"\n".join(self._sent))
        except StoreUnavailable:
            return self._later("whether Slack may be asked now is not known: the store is away", _STORE_AWAY_S)

    async def _run(self) -> Outcome:
        frozen = self._frozen
        if frozen.kind == "alone" or not self._root or ANEW in self._progress.served:
            # Told in a digest, or in a message that is gone: an answer has nothing there to change.
            return Sent("nothing of it stands in the channel") if frozen.kind == "edit" else await self._post()
        owed_s = 0.0
        reply = frozen.kind == "tell"
        if EDITED not in self._progress.served:
            owed_s = await self._api.wait_s(EDIT, self._attempt)
            if not owed_s:
                answer = await self._edit()
                if answer.error in NOT_THERE:
                    return await self._gone(answer.error)
                if answer.error in NOT_OURS:
                    if reply:
                        return await self._gone(answer.error)
                    reply = True  # the answer is then told in the thread, quietly
                elif _limited(answer.outcome):
                    owed_s = _after_s(answer.outcome)
                elif not isinstance(answer.outcome, Sent):
                    return self._undoubted(answer)
                else:
                    self._did(EDITED)
        if reply and frozen.reply is not None and REPLIED not in self._progress.served:
            failed = await self._reply(frozen.reply)
            if failed is not None:
                return failed
        if owed_s:
            return self._later("the message in the channel is edited when Slack allows it", owed_s)
        return Sent(f"in the thread {self._attempt.thread}", thread=self._attempt.thread)

    async def _post(self) -> Outcome:
        if wait_s := await self._api.wait_s(POST, self._attempt):
            return self._quiet(wait_s)
        answer = await self._call(POST, self._fields(self._frozen))
        if isinstance(answer.outcome, Sent):
            return Sent(f"posted as {answer.place}", thread=answer.place)
        return self._plainly(answer)

    async def _note(self) -> Outcome:
        """Stand in the thread of the alert, or nowhere: by itself a note says too little."""
        if not self._root and self._attempt.thread:
            return Sent("its alert stands in the channel of before")
        if not self._root:
            waited_s = (self._attempt.now - self._frozen.at_ms) / 1000
            return self._later("its alert does not stand in the channel yet", min(max(waited_s / 2, NEXT_S), _LONG_S))
        failed = await self._reply(self._frozen)
        return failed if failed is not None else Sent(f"in the thread {self._attempt.thread}")

    async def _edit(self) -> Answer:
        channel, ts = self._root
        said = fields(self._frozen, self._progress, self._frozen.at_ms, self._attempt.now, edit=True)
        return await self._call(EDIT, {"channel": channel, "ts": ts, **said})

    async def _reply(self, form: Form) -> Outcome | None:
        """Reply in the thread; None if that is done."""
        if wait_s := await self._api.wait_s(POST, self._attempt):
            return self._quiet(wait_s)
        channel, ts = self._root
        loud = self._frozen.broadcast and self._frozen.kind == "tell"
        said = (
            self._fields(form) | {"channel": channel, "thread_ts": ts} | ({"reply_broadcast": True} if loud else {})
        )
        answer = await self._call(POST, said)
        if isinstance(answer.outcome, Sent):
            self._did(REPLIED)
            return None
        if answer.error in NOT_THERE and self._frozen.kind == "note":
            return Sent(f"{answer.error}: there is nothing left that it could stand under")
        if answer.error in NOT_THERE and self._frozen.kind == "tell":
            self._did(ANEW)
            return self._later(f"{answer.error}: it is posted anew", NEXT_S)
        return self._plainly(answer)

    async def _gone(self, error: str) -> Outcome:
        """The root is not there, or not ours to edit: say everything anew, unless it was only to be changed."""
        if self._frozen.kind == "edit":
            return Sent(f"{error}: there is nothing left to edit")
        self._did(ANEW)
        return await self._post()

    async def _call(self, method: str, said: dict[str, Any]) -> Answer:
        answer = await self._api.call(method, said, self._progress)
        if isinstance(answer.outcome, Sent):
            self._sent.append(msgspec.json.encode(said))
        return answer

    def _fields(self, form: Form) -> dict[str, Any]:
        said = fields(form, self._progress, self._frozen.at_ms, self._attempt.now)
        return {"channel": self._channel, **said}

    def _plainly(self, answer: Answer) -> Outcome:
        """Try a layout that Slack refuses once more as plain text."""
        if answer.error not in PLAINLY:
            return answer.outcome
        if self._progress.plain:
            assert isinstance(answer.outcome, Dead)
            return Dead(f"{answer.outcome.error} (before, with blocks: {self._progress.plain})")
        self._progress = msgspec.structs.replace(self._progress, plain=answer.error)
        return self._later(f"{answer.error}; once again as plain text", NEXT_S)

    def _undoubted(self, answer: Answer) -> Outcome:
        """An edit failed. Whether it arrived does not matter: it is made again, and nobody reads anything twice."""
        outcome = self._plainly(answer)
        if isinstance(outcome, Later):
            return msgspec.structs.replace(outcome, progress=self._progress.encode())
        return outcome

    def _did(self, step: str) -> None:
        self._progress = msgspec.structs.replace(self._progress, served=(*self._progress.served, step))

    def _later(self, error: str, after_s: float) -> Later:
        return Later(error, after_s=after_s, counts=False, progress=self._progress.encode())

    def _quiet(self, wait_s: float) -> Later:
        """Slack has asked one of us not to post to this channel: nothing is sent, and the receiver waits."""
        later = self._later("Slack has asked for silence in this channel", wait_s)
        return msgspec.structs.replace(later, pause_s=wait_s)


def _root_in(channel: str, thread: str) -> list[str]:
    """Give channel and ts of the root; nothing if there is none, or if it stands where the receiver was before."""
    where, _, ts = thread.partition(" ")
    to_a_person = channel[0] in "UW"  # the message then stands in a channel of its own, a `D…`
    return [where, ts] if ts and (where == channel or to_a_person) else []


def _limited(outcome: Outcome) -> bool:
    return isinstance(outcome, Later) and not outcome.counts and not outcome.gone


def _after_s(outcome: Outcome) -> float:
    return (outcome.after_s or NEXT_S) if isinstance(outcome, Later) else 0.0
