# ruff: noqa: ARG002 - the fakes have the signatures of what they stand for
"""The session floor as a recording: what the command line asks of it, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

from made_images.samples import sample_report

from screens.local_desk import LocalDesk
from uvdive.base.progress import Note
from uvdive.build.events import BuildRequest, BuildResult
from uvdive.rewrite.plan import Decision, Prediction, RewritePlan
from uvdive.verify.checks import Check, Comparison, Verification

PASSED = Verification((Check("config", "passed", "equal"),))
UNPROVEN = Verification((Check("imports", "skipped", "no engine", unseen=("x.tar is in no engine",)),))
FAILED = Verification((Check("files", "failed", "1 file is lost", ("/app/x",)),))


@dataclass
class Session:
    """What the session floor answers, and what it was asked. An exception as an answer is raised."""

    report: Any = field(default_factory=sample_report)
    plan: Any = None
    verification: Verification | None = PASSED
    build: Any = None
    left_out: str = ""
    calls: list[tuple[str, Any]] = field(default_factory=list)
    how: Any = None
    index: Any = None
    repairs: list[Any] = field(default_factory=list)
    looks: bool = False
    on_app: Any = lambda _asked: None
    without_uv: RewritePlan | None = None

    def names(self) -> list[str]:
        return [name for name, _ in self.calls]

    def asked(self, name: str) -> Any:
        (found,) = [arguments for called, arguments in self.calls if called == name]
        return found

    def _answer(self, name: str, answer: Any, arguments: Any) -> Any:
        self.calls.append((name, arguments))
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def load_image(self, target: object, *, dockerfile=None, on_event=None, cancel=None, **how) -> object:
        self.how = how
        report = self._answer("load", self.report, (target, dockerfile))
        return SimpleNamespace(report=report, store=None, index=self.index)

    def open_desk(self, target: object, **how) -> LocalDesk:
        """The same for the app."""
        return LocalDesk(self.load_image(target, **how))

    def build_image(self, request: BuildRequest, *, on_event=None, cancel=None) -> object:
        built = BuildResult("sha256:1", "uvdive.local/x:before", 2.5)
        return self._answer("build", self.build or built, request)

    def build_unless_there(self, request: BuildRequest, *, on_event, cancel=None) -> tuple[str, object]:
        """As ``build_image``; ``left_out`` is the image that was there, for the first that asks."""
        if self.left_out:
            target, self.left_out = self.left_out, ""
            self.calls.append(("left out", request))
            return target, None
        on_event(Note(f"Building {request.dockerfile}"))
        built: Any = self.build_image(request)
        return f"docker://{built.tag}", built

    def plan_rewrite(
        self, dockerfile, report, *, context=None, store=None, choices=None, pull=False, kept=None,
        build_args=(), recipe=None, unmeasured=False, offers=True, ladder=None, on_event=None, cancel=None,
    ):  # fmt: skip
        made = RewritePlan(
            outcome="rewritten",
            evidence="static" if report is None else "image",
            dockerfile=str(dockerfile),
            original=dockerfile.read_text(),
            text="FROM new\n",
            diff="-FROM old\n+FROM new\n",
            decisions=(Decision("runner", "R1", 1, "a smaller base", "because"),),
            predicted=Prediction(71_600, 30_000, {"uv": (40_000, 0)}),
        )
        changes = self.plan if isinstance(self.plan, dict) else {}
        answer = self.plan if isinstance(self.plan, BaseException) else replace(made, **changes)
        return self._answer(
            "plan",
            answer,
            SimpleNamespace(
                report=report,
                context=context,
                choices=choices,
                pull=pull,
                build_args=build_args,
                recipe=recipe,
                kept=kept,
                unmeasured=unmeasured,
                ladder=ladder,
            ),
        )

    def without_uv_at_all(self, dockerfile, **_how: Any) -> RewritePlan | None:
        """What the text alone already says; it is no plan of its own that a test would count."""
        return self.without_uv

    def prove(
        self, plan, before, *, context, index=None, build_args=(), verify=True, start=False,
        settings=None, own=(), kept=None, recipe=None, on_event=None, cancel=None,
    ):  # fmt: skip
        proof = SimpleNamespace(
            build=BuildResult("sha256:2", "uvdive.local/x:after", 1.5),
            after=sample_report(),
            comparison=None,
            verification=self.verification if verify else None,
            held=None,
            looked=self.looks and "prove" not in self.names(),
            before=None,
            original=None,
            seconds=(),
            loaded=None,
            repairs=self.repairs.pop() if self.repairs else (),
        )
        return self._answer(
            "prove",
            proof,
            SimpleNamespace(
                context=context,
                build_args=build_args,
                start=start,
                index=index,
                settings=settings,
                own=own,
                recipe=recipe,
            ),
        )

    def compare_images(self, before, after, **_how: Any) -> Comparison:
        return self._answer(
            "compare", Comparison({}, {}, 5, 5, "As big as before", (), (), (), (), ()), (before, after)
        )

    def run_app(self, target, **more: Any) -> int:
        asked = SimpleNamespace(target=target, **more)
        self.on_app(asked)
        return self._answer("app", 0, asked)
