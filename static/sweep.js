/* The sweep: an answer and its figures agree while they are typed. Everything works without it. */
(function () {
  "use strict";

  var table = document.querySelector("table.pa-sweep");
  if (!table) { return; }
  var form = table.closest("form");

  function counts(row) {
    return Array.prototype.slice.call(row.querySelectorAll("[data-count]"));
  }

  function isCounted(row) {
    return counts(row).some(function (box) { return /[1-9１-９]/.test(box.value); });
  }

  /* Zero and "not applicable" have no figures: on a phone their boxes are folded away. */
  function fold(row) {
    var answer = row.querySelector("select").value;
    row.classList.toggle("is-none", answer === "zero" || answer === "not_applicable");
  }

  function set(box, value) {
    if (box.value === value) { return; }
    box.value = value;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function rows() { return Array.prototype.slice.call(table.tBodies[0].rows); }

  table.addEventListener("change", function (event) {
    var row = event.target.closest("tr");
    var answer = row.querySelector("select");
    if (event.target === answer && answer.value !== "counted" && answer.value) {
      counts(row).forEach(function (box) { set(box, ""); });
    } else if (event.target !== answer && isCounted(row) && answer.value !== "counted") {
      answer.value = "counted";
    }
    fold(row);
  });

  form.addEventListener("click", function (event) {
    var button = event.target.closest("button[name=fill][value=zero]");
    if (!button) { return; }
    event.preventDefault();
    rows().forEach(function (row) {
      var answer = row.querySelector("select");
      if (!answer.value && !isCounted(row)) { set(answer, "zero"); }
    });
    form.querySelector("[name=zero_signed]").focus();
  });

  rows().forEach(fold);
}());
