"""`casehub completion`: the script that completes commands in a shell."""

from __future__ import annotations

import click


@click.command(short_help="Print the script that completes commands in a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands and options of casehub in your shell.

    Example: casehub completion bash >> ~/.bashrc
    """
    from click.shell_completion import get_completion_class

    script = get_completion_class(shell)
    if script is None:
        raise click.UsageError(f"click completes nothing in {shell}")
    click.echo(script(ctx.find_root().command, {}, "casehub", "_CASEHUB_COMPLETE").source())
