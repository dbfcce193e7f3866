"""From a move of a slider to the redrawn page, in a real browser: one student, then a class of thirty on the same two cores.

    uv run --with playwright python benchmarks/classroom.py [--students 30] [--moves 40] [--seconds 60]

Starts a server of its own and Chromium (Debian's, headless). Each student is a browser context of its own and moves a slider by
keyboard events in the page; what is timed there is from the event to the frame after the cards, charts and numbers have changed,
for the first picture and for the whole one. The browsers share the machine with the server, so the figures are pessimistic.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

PROBE = """
window.probe = { moves: [], errors: 0 };
window.addEventListener("error", () => window.probe.errors++);
window.begin = (every, moves) => {
  const cards = document.getElementById("cards");
  const log = window.probe.moves;
  // The frame after the change of cards and charts, which arrive in one message.
  new MutationObserver(() => {
    const open = log[log.length - 1];
    const answer = cards.dataset.answer;
    if (!open || answer === open.before || answer === open.seen) return;
    open.seen = answer;
    const n = Number(answer.split(":")[1]);
    requestAnimationFrame(() => {
      const took = performance.now() - open.at;
      if (open.first === undefined) open.first = took;
      if (n === window.whole) open.whole = took;
    });
  }).observe(cards, { attributes: true });
  let made = 0;
  const move = () => {
    if (made >= moves.length) { window.probe.ended = true; return; }
    const [lever, value] = moves[made++];
    const slider = document.getElementById(`lever-${lever}`);
    log.push({ at: performance.now(), before: cards.dataset.answer });
    slider.value = value;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(move, every());
  };
  setTimeout(move, every());
};
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--moves", type=int, default=40, help="moves of the student alone")
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the class")
    parser.add_argument("--every", type=float, default=5.0, help="seconds between a student's moves")
    asked = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        port = free_port()
        server = start(port, Path(folder))
        try:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
            address = f"http://127.0.0.1:{port}/"
            report("alone, memory MiB", memory(server.pid))
            visit(browser, address)
            first = visit(browser, address)
            report("first page: title and controls shown, ms", first)
            alone = student(browser, address)
            far = [(LEVERS[k % len(LEVERS)], 5 + 5 * (7 * k % 19)) for k in range(asked.moves)]
            begin(alone, 1500, far)
            wait(alone, asked.moves * 1.6 + 20)
            told("one student, another slider each time (never asked before)", [alone])
            alone.context.close()
            alone = student(browser, address)
            hand = [("shared_screening", 5 + 5 * k) for k in range(19)] + [("shared_screening", 95 - 5 * k) for k in range(19)]
            begin(alone, 1500, hand)
            wait(alone, len(hand) * 1.6 + 20)
            told("one student, one slider up and down", [alone])
            alone.context.close()
            count = round(asked.seconds / asked.every)
            pages = [student(browser, address) for _ in range(asked.students)]
            report("class opened, memory MiB", memory(server.pid))
            for number, page in enumerate(pages):
                lever = LEVERS[number % 5]
                begin(page, asked.every * 1000, [(lever, 5 * (1 + (7 * k + 3 * number) % 20)) for k in range(count)])
            busy, before = time.monotonic(), cpu(server.pid)
            for page in pages:
                wait(page, asked.seconds * 2 + 60)
            report("server, share of one core", (cpu(server.pid) - before) / (time.monotonic() - busy))
            told(f"{asked.students} students, a move each every {asked.every:g} s", pages)
            report("after the class, memory MiB", memory(server.pid))
            browser.close()
        finally:
            server.terminate()
            server.wait(20)


LEVERS = (
    "staff_training", "legal_templates", "partner_coordination", "shared_screening", "knowledge_platform", "matching_portal",
    "entity_strategy", "convening", "integrity_transparency", "country_risk_skills", "common_guidelines", "hq_country_split",
)  # fmt: skip
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
             "--disable-sync", "--no-first-run", "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding",
             "--disable-background-timer-throttling"]  # fmt: skip


def start(port: int, folder: Path) -> subprocess.Popen:
    """A server of its own, ready to answer."""
    command = [sys.executable, "-m", "partnersim", "app", "--port", str(port), "--no-browser", "--data", str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read()
            time.sleep(4)
            return server
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def visit(browser, address: str) -> float:
    """Milliseconds from asking for the page to controls and cards on it, in a context that has seen nothing."""
    context = browser.new_context()
    page = context.new_page()
    begun = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector("#cards[data-answer]", timeout=60_000)
    page.wait_for_selector("#lever-shared_screening")
    took = (time.perf_counter() - begun) * 1000
    context.close()
    return took


def student(browser, address: str):
    """A page with the first answer on it."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.add_init_script(PROBE)
    page.goto(address)
    page.wait_for_selector("#cards[data-answer$=':100']", timeout=120_000)
    page.evaluate("window.whole = 100")
    return page


def begin(page, every: float, moves: list[tuple[str, int]]) -> None:
    """Let a page make its moves, about ``every`` so many milliseconds."""
    gaps = json.dumps([every * (0.5 + (k * 0.618 + random.random()) % 1.0) for k in range(len(moves) + 1)])
    page.evaluate(f"{{ const gaps = {gaps}; let k = 0; begin(() => gaps[k++ % gaps.length], {json.dumps(moves)}); }}")


def wait(page, seconds: float) -> None:
    page.wait_for_function("window.probe.ended", timeout=seconds * 1000)
    page.wait_for_timeout(300)


def told(title: str, pages: list) -> None:
    """Median and 95th percentile of first and whole pictures, and what never came."""
    moves = [move for page in pages for move in page.evaluate("window.probe.moves")]
    errors = sum(page.evaluate("window.probe.errors") for page in pages)
    for which in ("first", "whole"):
        found = sorted(move[which] for move in moves if move.get(which) is not None)
        if found:
            late = found[min(int(0.95 * len(found)), len(found) - 1)]
            share = len(found) / len(moves)
            print(f"{title}: {which} picture {statistics.median(found):.0f} ms, 95th percentile {late:.0f} ms,"
                  f" {share:.0%} of {len(moves)} moves", flush=True)  # fmt: skip
    print(f"{title}: {errors} errors in the pages", flush=True)


def report(what: str, value: float) -> None:
    print(f"{what}: {value:.2f}" if value < 10 else f"{what}: {value:.0f}", flush=True)


def memory(pid: int) -> float:
    """MiB that the server holds."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in text.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def cpu(pid: int) -> float:
    """Seconds of processor time of the server."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
