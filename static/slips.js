/* Keying paper slips: a digit moves on to the next answer by itself, the page counts the slips.
   Everything works without this script, with Tab between the cells. */
(function () {
  "use strict";

  var form = document.querySelector("form[data-slips]");
  if (!form) { return; }
  var cells = Array.prototype.slice.call(form.querySelectorAll("[data-step]"));
  var shown = form.querySelector("[data-slip-count]");
  var last = form.querySelector("button[name=save]");

  function count() {
    var full = 0;
    var begun = 0;
    for (var i = 0; i < cells.length; i += 3) {
      var filled = cells.slice(i, i + 3).filter(function (cell) { return cell.value; }).length;
      if (filled === 3) { full += 1; } else if (filled) { begun += 1; }
    }
    shown.textContent = "已录 " + full + " 票" + (begun ? "，还有 " + begun + " 票没填完" : "");
  }

  form.addEventListener("input", function (event) {
    var cell = event.target;
    var place = cells.indexOf(cell);
    if (place < 0) { return; }
    cell.value = cell.value.normalize("NFKC").replace(/[^1-4]/g, "").slice(0, 1);
    if (cell.value) { (cells[place + 1] || last).focus(); }
    count();
  });

  form.addEventListener("keydown", function (event) {
    var place = cells.indexOf(event.target);
    if (place > 0 && event.key === "Backspace" && !event.target.value) {
      cells[place - 1].focus();
      cells[place - 1].value = "";
      event.preventDefault();
      count();
    }
  });

  cells.forEach(function (cell) {
    cell.addEventListener("focus", function () { cell.select(); });
  });
  var unit = form.querySelector("[name=unit]");
  var spot = form.querySelector("[name=place]");
  (!unit.value ? unit : !spot.value ? spot : cells[0]).focus();
  count();
}());
