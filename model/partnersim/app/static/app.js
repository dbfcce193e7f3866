// What the pages need of the browser itself: pictures, copies, downloads, the address.
(() => {
  const save = (name, url) => {
    const link = Object.assign(document.createElement("a"), { href: url, download: name });
    document.body.append(link);
    link.click();
    link.remove();
  };

  const saveText = (name, text, kind) => {
    const url = URL.createObjectURL(new Blob([text], { type: `${kind};charset=utf-8` }));
    save(name, url);
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };

  // Text broken into lines of a width, also where there are no spaces, as in Chinese.
  const wrapped = (pen, text, width) => {
    const lines = [""];
    for (const part of text.match(/[\u2e80-\uffff]|[^\s\u2e80-\uffff]+\s*|\s+/g) || []) {
      const longer = lines[lines.length - 1] + part;
      if (pen.measureText(longer).width > width && lines[lines.length - 1]) lines.push(part);
      else lines[lines.length - 1] = longer;
    }
    return lines;
  };

  // A figure as a picture that stands alone: title, finding, chart, note.
  const png = async (figure, name) => {
    const chart = figure.querySelector(".chart").canvas();
    const ratio = chart.width / chart.clientWidth;
    const wide = chart.width;
    const pad = 16 * ratio;
    const text = (selector) => figure.querySelector(selector)?.textContent.trim() || "";
    const family = getComputedStyle(document.body).fontFamily;
    const parts = [
      [text("h3"), `600 ${17 * ratio}px ${family}`, "#111"],
      [text(".finding"), `${15 * ratio}px ${family}`, "#111"],
      [document.querySelector("#setting")?.textContent.trim() || "", `${12 * ratio}px ${family}`, "#444"],
      [text(".note"), `${12 * ratio}px ${family}`, "#444"],
    ].filter(([words]) => words);
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d");
    const set = parts.map(([words, font, colour]) => {
      pen.font = font;
      return { font, colour, lines: wrapped(pen, words, wide), height: parseFloat(font.match(/([\d.]+)px/)[1]) * 1.4 };
    });
    const above = set.slice(0, 2);
    const below = set.slice(2);
    const tall = (list) => list.reduce((sum, part) => sum + part.lines.length * part.height, 0);
    canvas.width = wide + 2 * pad;
    canvas.height = chart.height + tall(set) + 4 * pad;
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.textBaseline = "top";
    let y = pad;
    const write = (list) => {
      for (const part of list) {
        pen.font = part.font;
        pen.fillStyle = part.colour;
        for (const line of part.lines) {
          pen.fillText(line, pad, y);
          y += part.height;
        }
      }
    };
    write(above);
    y += pad;
    pen.drawImage(chart, pad, y);
    y += chart.height + pad;
    write(below);
    save(name, canvas.toDataURL("image/png"));
  };

  // Addresses of a local network are no secure context: there the clipboard is reached through a text area.
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = Object.assign(document.createElement("textarea"), { value: text });
      area.setAttribute("readonly", "");
      area.style.position = "fixed";
      area.style.opacity = "0";
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  };

  // The address bar holds the scenario, so that a reload or a bookmark brings it back.
  const address = (query) => history.replaceState(history.state, "", `${location.pathname}${query}`);

  const remember = (language) => {
    document.cookie = `lang=${language}; path=/; max-age=31536000; samesite=lax`;
  };

  const speak = (language) => {
    remember(language);
    const url = new URL(location.href);
    url.searchParams.delete("lang");
    location.href = url.toString();
  };

  // What the framework says in English when the server is gone, in the language of the page.
  document.addEventListener("DOMContentLoaded", () => {
    const popup = document.getElementById("popup");
    if (popup) popup.textContent = document.documentElement.dataset.offline;
  });

  // Clocks of class sessions count down by themselves; the server says how much is left, as clocks of machines differ.
  setInterval(() => {
    for (const clock of document.querySelectorAll(".clock[data-left]")) {
      if (clock.dataset.left !== clock.told) {
        clock.told = clock.dataset.left;
        clock.end = performance.now() + 1000 * Number(clock.told);
      }
      const left = Math.max(Math.ceil((clock.end - performance.now()) / 1000), 0);
      const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      const time = clock.querySelector(".time");
      if (time.textContent !== text) time.textContent = text;
      clock.classList.toggle("over", left === 0);
    }
  }, 250);

  // What is typed into a form and not sent outlives a loading of the page, in this window alone; data-draft says under which name.
  const keepDraft = (form) => sessionStorage.setItem(form.dataset.draft, JSON.stringify(Object.fromEntries(new FormData(form))));
  const restoreDraft = (form) => {
    const kept = JSON.parse(sessionStorage.getItem(form?.dataset.draft) || "null");
    if (!kept) return;
    for (const [name, value] of Object.entries(kept)) if (form.elements[name]) form.elements[name].value = value;
    form.dispatchEvent(new Event("input", { bubbles: true }));
  };

  window.partnersim = { png, copy, address, remember, speak, saveText, keepDraft, restoreDraft };
})();
