// Puts answers on the page at once: texts, states of buttons, charts. The page's own elements stay as they are, so that an
// answer costs the browser its drawing and nothing else.
const at = (id) => document.getElementById(id);

export default {
  template: `<div hidden></div>`,
  methods: {
    put({ html = {}, data = {}, disabled = {}, href = {}, figures = {}, address = null }) {
      for (const [id, text] of Object.entries(html)) at(id).innerHTML = text;
      for (const [id, values] of Object.entries(data)) Object.assign(at(id).dataset, values);
      for (const [id, value] of Object.entries(disabled)) at(id).disabled = value;
      for (const [id, value] of Object.entries(href)) at(id).setAttribute("href", value);
      for (const [key, { finding, label, note, options }] of Object.entries(figures)) {
        const figure = at(`figure-${key}`);
        figure.querySelector(".finding").textContent = finding;
        figure.querySelector(".note").textContent = note;
        figure.querySelector("[role=img]").setAttribute("aria-label", label);
        figure.querySelector(".chart").show(options);
      }
      if (address !== null) partnersim.address(address);
    },
  },
};
