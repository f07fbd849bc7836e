"""Rakuten France, once PriceMinister: claims and messages about sold items, over its XML service."""
