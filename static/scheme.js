"use strict";
// The draft of a scheme: the points are summed while they are typed; the page of one item is
// asked for again when its source or its shape changes. Without this script buttons do both.
(() => {
  const number = text => {
    const plain = text.replace(/[０-９．]/g, mark => String.fromCharCode(mark.charCodeAt(0) - 0xfee0));
    const value = Number(plain.trim());
    return Number.isFinite(value) ? Math.round(value * 100) : 0;
  };
  const form = document.querySelector("[data-scheme]");
  if (form) {
    const shown = form.querySelector("[data-total]");
    const sum = () => {
      const fields = [...form.querySelectorAll("[data-points]")];
      const total = fields.reduce((points, field) => points + number(field.value), 0);
      shown.textContent = (total / 100).toFixed(2);
      shown.classList.toggle("pa-down", total !== 10000);
      shown.classList.toggle("pa-up", total === 10000);
    };
    form.addEventListener("input", sum);
    sum();
  }
  const item = document.querySelector("[data-item]");
  if (item) {
    const reload = item.querySelector("[data-reload]");
    for (const name of ["source", "shape"]) {
      item.elements[name].addEventListener("change", () => item.requestSubmit(reload));
    }
    const section = item.elements.section;
    if (document.getElementById("sections")) section.setAttribute("list", "sections");
  }
})();
