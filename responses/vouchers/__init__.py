"""Voucher codes, from their file into a text and to the till."""
