/* The sheet of a visit on a phone: big buttons beside every box, and the total so far.
   Without this script the boxes are typed into. */
(function () {
  "use strict";

  var SHARES = [1, 0.75, 0.5, 0];
  var form = document.querySelector("form[data-entry]");
  if (!form || !form.querySelector("[data-mark]")) { return; }
  var total = form.querySelector("[data-mark-total]");
  var marks = Array.prototype.slice.call(form.querySelectorAll("[data-mark]"));

  function boxOf(mark) { return mark.querySelector(".pa-mark-points"); }

  function typed(mark) {
    var text = boxOf(mark).value.normalize("NFKC").trim();
    return text === "" || isNaN(Number(text)) ? null : Math.round(Number(text) * 100);
  }

  function print(hundredths) {
    var points = hundredths / 100;
    return points === Math.round(points) ? String(points) : points.toFixed(2).replace(/0$/, "");
  }

  function show() {
    var given = 0;
    var possible = 0;
    var seen = 0;
    marks.forEach(function (mark) {
      var points = typed(mark);
      Array.prototype.forEach.call(mark.querySelectorAll("[data-points]"), function (button) {
        button.setAttribute("aria-pressed", String(points !== null && Number(button.dataset.points) === points));
      });
      if (points === null) { return; }
      seen += 1;
      given += points;
      possible += Number(mark.dataset.mark);
    });
    total.textContent = seen ?
      "已看 " + seen + " / " + marks.length + " 项，得 " + print(given) + " / " + print(possible) + " 分" :
      "还没有给分";
  }

  function set(mark, text) {
    boxOf(mark).value = text;
    boxOf(mark).dispatchEvent(new Event("change", { bubbles: true }));
  }

  function addButtons(mark) {
    var place = mark.querySelector("[data-mark-buttons]");
    var most = Number(mark.dataset.mark);
    var name = mark.querySelector("legend span").textContent;
    SHARES.forEach(function (share) {
      var points = Math.round(most * share / 50) * 50;
      var button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-outline-primary";
      button.dataset.points = String(points);
      button.textContent = share === 1 ? "满分" : print(points);
      button.setAttribute("aria-label", name + " " + button.textContent);
      button.addEventListener("click", function () {
        set(mark, typed(mark) === points ? "" : print(points));  // again: not looked at
      });
      place.append(button);
    });
  }

  marks.forEach(addButtons);
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  show();
}());
