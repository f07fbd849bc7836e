"""One simulated day at a pretended shop: real commands on pretended platforms, without a server or an account."""
