// Puts answers on the page at once: texts, states of buttons, charts. The page's own elements stay as they are, so that an
// answer costs the browser its drawing and nothing else.
const at = (id) => document.getElementById(id);

const PATIENCE = 250; // milliseconds without an answer after which the page says that it is at work

export default {
  template: `<div hidden></div>`,
  methods: {
    // A question was asked. What follows from that is shown with the answer, or when that takes long: drawing it at once would
    // take time from the answer itself.
    asked(number, what) {
      at("status").dataset.asked = number;
      clearTimeout(this.timer);
      this.pending = what;
      this.timer = setTimeout(() => this.settle(true), PATIENCE);
    },
    settle(isLate) {
      clearTimeout(this.timer);
      if (!this.pending) return;
      const { busy, ...rest } = this.pending;
      this.pending = null;
      this.put(isLate && busy ? { ...rest, html: { ...rest.html, status: busy } } : rest);
    },
    answered(what) {
      this.settle(false);
      this.put(what);
    },
    put({ html = {}, data = {}, disabled = {}, href = {}, figures = {}, address = null }) {
      for (const [id, text] of Object.entries(html)) at(id).innerHTML = text;
      for (const [id, values] of Object.entries(data)) Object.assign(at(id).dataset, values);
      for (const [id, value] of Object.entries(disabled)) at(id).disabled = value;
      for (const [id, value] of Object.entries(href)) at(id).setAttribute("href", value);
      // Figures are on the page of policies alone.
      for (const [key, { finding, label, note, options }] of Object.entries(figures)) {
        const figure = at(`figure-${key}`);
        if (!figure) continue;
        figure.querySelector(".finding").textContent = finding;
        figure.querySelector(".note").textContent = note;
        figure.querySelector("[role=img]").setAttribute("aria-label", label);
        figure.querySelector(".chart").show(options);
      }
      if (address !== null) partnersim.address(address);
    },
  },
};
