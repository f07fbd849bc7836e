"""Policies: every platform's promise as dated, sourced data, read from TOML."""
