/* Findings of the checks, shown beside their fields while the table is being typed.
   htmx fetches the list; without this script the list below the table is all there is. */
(function () {
  "use strict";

  var list = document.querySelector("[data-findings]");
  if (!list) { return; }

  function clear() {
    document.querySelectorAll(".is-asked").forEach(function (input) {
      input.classList.remove("is-asked");
      if (!input.classList.contains("is-remarked")) { input.removeAttribute("title"); }
    });
    document.querySelectorAll("[data-asked]").forEach(function (words) { words.remove(); });
  }

  function show() {
    clear();
    list.querySelectorAll("[data-for]").forEach(function (finding) {
      var input = document.getElementById(finding.getAttribute("data-for"));
      if (!input) { return; }
      var text = finding.querySelector("[data-text]").textContent;
      input.classList.add("is-asked");
      if (!input.classList.contains("is-remarked")) { input.title = text; }
      if (input.closest("[data-calendar]")) { return; }  // a day has no room for words
      var words = document.createElement("span");
      words.className = "pa-line-finding";
      words.setAttribute("data-asked", "");
      words.setAttribute("aria-hidden", "true");  // the list says it already
      words.textContent = text;
      input.insertAdjacentElement("afterend", words);
    });
  }

  list.addEventListener("keydown", function (event) {
    if (event.key === "Enter") { event.preventDefault(); }  // never sends the table by accident
  });
  // Who is writing an explanation is not interrupted: the next change asks again.
  list.addEventListener("htmx:beforeSwap", function (event) {
    if (list.contains(document.activeElement)) { event.detail.shouldSwap = false; }
  });
  // The session has ended: whoever types is not torn away, saving will ask for the sign-in.
  list.addEventListener("htmx:beforeOnLoad", function (event) {
    if (event.detail.xhr.getResponseHeader("HX-Redirect")) { event.preventDefault(); }
  });
  list.addEventListener("htmx:afterSwap", show);
  show();
}());
