"""What axe finds on a page."""

from axe_playwright_python.base import AXE_SCRIPT

RUN = "([within, options]) => axe.run(within ?? document, options).then((results) => results.violations)"


def violations(page, within=None, rules=None):
    """Of the whole page, or of the element that a selector names; of all rules, or of those that are named."""
    # Half a megabyte of JavaScript, which costs as much as looking at the colours: once is enough.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": rules}
    return page.evaluate(RUN, [within, options])
