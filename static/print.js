/* The print button; without this script the browser's own command does the same. */
(function () {
  "use strict";
  var button = document.querySelector("[data-print]");
  button.hidden = false;
  button.addEventListener("click", function () { window.print(); });
})();
