"""The command `casehub`: a group that imports a command only when it is used, so that help is quick."""

from __future__ import annotations

import errno
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from hub.cli.common import Misuse, Options, take_any_text
from hub.errors import ConfigurationError, HubError, NotFound, Refused

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Entry(NamedTuple):
    """Where a command is, and its own short help, repeated here so that the list needs no import."""

    target: str
    help: str


SECTIONS: dict[str, dict[str, Entry]] = {
    "See for yourself": {
        "demo": Entry("hub.cli.demo:demo", "Play a day on pretended marketplaces, without any set-up."),
    },
    "Set up": {
        "init": Entry("hub.cli.init:init", "Write a first hub.toml."),
        "check": Entry("hub.cli.check:check", "Prove that each channel can be used, changing nothing."),
        "plugins": Entry("hub.cli.plugins:plugins", "List the plugins, or tell all about one."),
        "completion": Entry("hub.cli.completion:completion", "Print the script that completes commands in a shell."),
    },
    "Read and send": {
        "sync": Entry("hub.cli.sync:sync", "Read new cases and messages from the channels."),
        "deliver": Entry("hub.cli.deliver:deliver", "Send the replies that wait in the outbox."),
        "run": Entry("hub.cli.run:run", "Read and send, once or every so often."),
        "webhook": Entry("hub.cli.webhook:webhook", "Tell other programs of events, by signed webhooks."),
        "push": Entry("hub.cli.push:push", "Let a platform tell of news by itself."),
        "status": Entry("hub.cli.status:status", "Say how the channels are doing; made for monitors too."),
    },
    "Work on cases": {
        "serve": Entry("hub.cli.serve:serve_command", "Open the inbox in a browser."),
        "cases": Entry("hub.cli.cases:cases", "List cases, soonest due first."),
        "due": Entry("hub.cli.due:due", "Show what must be answered next, soonest first."),
        "explain": Entry("hub.cli.explain:explain", "Explain why a case is due when it is."),
        "show": Entry("hub.cli.show:show", "Show a case with its conversation."),
        "search": Entry("hub.cli.search:search", "Find cases by number, order, customer or words."),
        "reply": Entry("hub.cli.reply:reply", "Answer a case."),
        "template": Entry("hub.cli.template:template", "Show, try and check the texts that replies are written from."),
        "answered": Entry("hub.cli.answered:answered", "Say that a case was answered in the platform's portal."),
        "decide": Entry("hub.cli.decide:decide", "Decide a case on its platform, such as a refund."),
        "hand-over": Entry("hub.cli.hand_over:hand_over", "Hand a case over to the platform."),
        "evidence": Entry("hub.cli.evidence:evidence", "Show, give and export what stands behind a decision."),
        "tasks": Entry("hub.cli.tasks:tasks", "List what only a person can do on the platforms."),
        "done": Entry("hub.cli.tasks:done", "Tick off what was done in a platform's portal."),
        "note": Entry("hub.cli.acts:note", "Write a note on a case that stays in the house."),
        "classify": Entry("hub.cli.clock_acts:classify", "Say what a case is about, or how urgent it is."),
        "no-reply": Entry("hub.cli.clock_acts:no_reply", "Say that a customer's message needs no answer."),
        "set-due": Entry("hub.cli.clock_acts:set_due", "Set by when a case is due, by hand."),
        "assign": Entry("hub.cli.acts:assign", "Give a case to somebody, or back."),
        "close": Entry("hub.cli.acts:close", "Close a case that needs nobody any more."),
        "reopen": Entry("hub.cli.acts:reopen", "Open a closed case again."),
        "merge": Entry("hub.cli.acts:merge", "Let one case go on as another."),
        "undo": Entry("hub.cli.undo:undo", "Take back what you put into the outbox a moment ago."),
        "outbox": Entry("hub.cli.outbox:outbox", "Show the replies that are on their way, and decide on them."),
    },
    "Keep promises": {
        "escalations": Entry("hub.cli.escalations:escalations", "Show who was told of what is due, or tell them now."),
        "summary": Entry("hub.cli.summary:summary", "Tell what a day brought: answered, saved and lost."),
        "statistics": Entry("hub.cli.statistics:statistics", "Count cases, answers, claims and money at risk."),
        "scores": Entry("hub.cli.scores:scores", "Show the platforms' scores and what is left of them."),
        "notices": Entry("hub.cli.notices:notices", "List orders past their date, and tell their customers."),
        "policy": Entry("hub.cli.policy:policy", "Show, check, test and try out policies."),
    },
    "Work together": {
        "people": Entry("hub.cli.people:people", "Say who works here, what they may do, and who is away."),
        "token": Entry("hub.cli.token:token", "Let programs use the API."),
        "audit": Entry("hub.cli.audit:audit", "Show who did what, when and from where."),
    },
    "Write a plugin": {
        "new-plugin": Entry("hub.cli.new_plugin:new_plugin", "Begin a plugin: a package whose tests pass."),
        "simulate": Entry("hub.cli.simulate:simulate", "Run a pretended platform, to play with."),
    },
    "Maintain": {
        "record": Entry("hub.cli.record:record", "Record what a platform answers, with personal data replaced."),
        "reread": Entry("hub.cli.reread:reread", "Read unreadable messages again from their kept originals."),
        "db": Entry("hub.cli.db:db", "Check, copy and rebuild the database."),
    },
}
COMMANDS: dict[str, Entry] = {name: entry for section in SECTIONS.values() for name, entry in section.items()}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for, and which says what went wrong in a sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """The names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  the same
        """The command itself, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].target.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant; an unknown one is answered with the nearest."""
        if args[0] not in COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            ctx.fail(f"There is no command {args[0]!r}; {_nearest(args[0])}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  the same
        """List the commands by what they are for, without importing any."""
        longest = max(map(len, COMMANDS))
        for title, entries in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(longest), entry.help) for name, entry in entries.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands that begin so, without importing any, and the options."""
        from click.shell_completion import CompletionItem

        commands = [
            CompletionItem(name, help=entry.help) for name, entry in COMMANDS.items() if name.startswith(incomplete)
        ]
        return commands + click.Command.shell_complete(self, ctx, incomplete)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what is wrong is said in a sentence, with the traceback only for --debug."""
        try:
            return super().invoke(ctx)
        except HubError as error:
            if ctx.params.get("debug"):
                _show_traceback(error)
            misuse = isinstance(error, (ConfigurationError, NotFound, Refused))
            failure = Misuse(str(error)) if misuse else click.ClickException(str(error))
            raise failure from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # a reader such as `head` has enough, which click takes quietly
                raise
            if ctx.params.get("debug"):
                _show_traceback(error)
            raise click.ClickException(f"{_refusal(error)}; `casehub --debug` shows where it happened") from error
        except KeyboardInterrupt:
            ctx.exit(130)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.option(
    "--config", type=click.Path(path_type=Path), metavar="FILE", help="Read the settings from this file, not hub.toml."
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Write the log for people or for machines.",
)
@click.option("--verbose", is_flag=True, help="Log what is being done.")
@click.option("--debug", is_flag=True, help="Log everything, and show where an error comes from.")
@click.option("--no-color", is_flag=True, help="Print without colours; so does the variable NO_COLOR.")
@click.version_option(package_name="casehub", prog_name="casehub", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context, config: Path | None, log_format: str, verbose: bool, debug: bool, no_color: bool) -> None:
    """One inbox, one clock: reads customer cases from mailboxes and marketplaces, knows by when each must be answered,
    and delivers the answer once.

    Begin with `casehub demo`, or with `casehub init` and `casehub check`.
    """
    for stream in (sys.stdout, sys.stderr):
        take_any_text(stream)
    ctx.obj = Options(config, log_format, verbose, debug, no_color)


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, COMMANDS, n=1)
    return f"did you mean {near[0]!r}?" if near else "`casehub --help` lists what there is"


def _refusal(error: OSError) -> str:
    """What the operating system refused, as when standard output goes to a full disk."""
    where = f" at {error.filename}" if error.filename else ""
    return f"the operating system refused{where}: {error.strerror or type(error).__name__}"


def _show_traceback(error: BaseException) -> None:
    import traceback

    click.echo("".join(traceback.format_exception(error)), err=True)
