/* Drafts never die. What is typed into form[data-draft-key] is kept in this browser at once and,
   where the form has a data-draft-url, on the server quietly; it counts nowhere until it is saved.
   Copies belong to the signed-in person; they go when the form has been saved, when he throws them
   away, and when he signs out (those with a data-draft-url are on the server then).
   Without this script forms work as before. */
(function () {
  "use strict";

  var PAUSE = 2000;
  var BREATH = 300;
  var LARGE = 400;  // fields
  var SENT_LATELY = 60000;
  var LONGEST_BEACON = 60000;  // what a browser still sends while a page is being closed
  var UNCOUNTED = ["csrfmiddlewaretoken", "draft_id"];
  var NOT_TYPED = ["version", "base", "writer", "clash"];
  var person = document.body.dataset.person;
  if (!person) { return; }
  var PREFIX = "pingan:draft:" + person + ":";
  var isLeaving = false;

  function read(key) {
    try { return JSON.parse(localStorage.getItem(key)); } catch (error) { return null; }
  }

  function write(key, kept) {
    try { localStorage.setItem(key, JSON.stringify(kept)); return true; } catch (error) { return false; }
  }

  function ownKeys() {
    var keys = [];
    for (var i = 0; i < localStorage.length; i += 1) {
      if (localStorage.key(i).indexOf(PREFIX) === 0) { keys.push(localStorage.key(i)); }
    }
    return keys;
  }

  function cookie(name) {
    var found = document.cookie.split("; ").filter(function (part) {
      return part.indexOf(name + "=") === 0;
    })[0];
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  /* The server names what it has saved; the copies here may go. Of other forms: the page that
     follows upon sending, with no complaint on it, says that they were saved. */
  function forgetSaved() {
    var saved = cookie("pingan_saved").replace(/"/g, "").split(".");
    var isGood = !document.querySelector(".alert-danger, [aria-invalid=true]");
    ownKeys().forEach(function (key) {
      var kept = read(key);
      var isThrough = kept && !kept.url && kept.sentAt && isGood &&
        Date.now() - kept.sentAt < SENT_LATELY && document.referrer === kept.page;
      if (!kept || saved.indexOf(kept.id) >= 0 || isThrough) { localStorage.removeItem(key); }
    });
  }

  function pairsOf(form) {
    return Array.from(new FormData(form).entries()).filter(function (pair) {
      return UNCOUNTED.indexOf(pair[0]) < 0;
    });
  }

  function typedOf(text) {
    return Array.from(new URLSearchParams(text).entries()).filter(function (pair) {
      return NOT_TYPED.indexOf(pair[0]) < 0;
    }).map(function (pair) { return pair.join("="); }).sort().join("&");
  }

  function post(url, body, isLast) {
    return fetch(url, {
      method: "POST",
      body: body,
      credentials: "same-origin",
      redirect: "manual",
      keepalive: Boolean(isLast) && body.length < LONGEST_BEACON,
      headers: {
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
        "X-CSRFToken": cookie("csrftoken")
      }
    });
  }

  function two(number) { return (number < 10 ? "0" : "") + number; }

  function clock(moment) { return two(moment.getHours()) + ":" + two(moment.getMinutes()); }

  function when(text) {
    var moment = new Date(text);
    return (moment.getMonth() + 1) + "月" + moment.getDate() + "日 " + clock(moment);
  }

  function newId() {
    var numbers = new Uint32Array(2);
    crypto.getRandomValues(numbers);
    return numbers[0].toString(36) + numbers[1].toString(36);
  }

  function element(tag, className, text) {
    var made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  }

  function watch(form) {
    var key = PREFIX + form.dataset.draftKey;
    var beside = key + ":2";  // typed while an earlier draft still waits for an answer
    var url = form.dataset.draftUrl || "";
    var state = url ? document.querySelector("[data-draft-state]") : null;
    var kept = read(key);
    var isAsking = false;
    var first = typedOf(new URLSearchParams(pairsOf(form)).toString());
    var isLarge = form.elements.length > LARGE;
    var keeping = null;
    var isUnsaved = form.hasAttribute("data-draft-shown");  // the page itself shows unsaved content
    var id = isUnsaved && kept ? kept.id : newId();
    var timer = null;
    var isWaiting = false;

    function tell(text) {
      if (!state) { return; }
      state.textContent = text;
    }

    function keep() {
      if (isLeaving) { return null; }
      var text = new URLSearchParams(pairsOf(form)).toString();
      var place = isAsking ? beside : key;
      if (form.elements.draft_id) { form.elements.draft_id.value = id; }
      if (!isUnsaved && typedOf(text) === first) {  // typed and taken back
        localStorage.removeItem(place);
        return null;
      }
      var copy = {
        id: id, at: new Date().toISOString(), url: url, page: location.href, form: text, isSent: false
      };
      if (!write(place, copy)) { tell("本机存不下草稿，请点“保存”。"); }
      return copy;
    }

    function send(isLast) {
      clearTimeout(timer);
      if (!isWaiting || isLeaving || !url) { return Promise.resolve(); }
      if (isAsking) {
        tell("新填的内容已存在本机。请先选择恢复还是放弃上面的草稿。");
        return Promise.resolve();
      }
      isWaiting = false;
      var copy = keep();
      var body = copy ? copy.form : "discard=1";
      return post(url, body, isLast).then(function (answer) {
        if (answer.type === "opaqueredirect" || answer.status === 403) {
          tell("登录已过期，您填的内容已存在本机；重新登录后打开本页可以恢复。");
          return;
        }
        return answer.json().then(function (said) {
          if (said.state === "discarded") { tell(""); return; }
          if (said.state !== "kept") { tell(said.sentence + "内容已存在本机。"); return; }
          var now = read(key);
          if (now && now.at === copy.at) { now.isSent = true; write(key, now); }
          tell("草稿已自动暂存（" + clock(new Date()) + "），还没有保存。");
        });
      }).catch(function () {
        isWaiting = true;
        tell("没有连上网络，您填的内容已存在本机（" + clock(new Date()) + "）。");
      });
    }

    /* A sheet of a whole township is not written down anew at every single letter. */
    function keepSoon() {
      if (!isLarge) { keep(); return; }
      clearTimeout(keeping);
      keeping = setTimeout(keepNow, BREATH);
    }

    function keepNow() {
      clearTimeout(keeping);
      if (keeping !== null) { keep(); }
      keeping = null;
    }

    function note() {
      keepSoon();
      isWaiting = true;
      clearTimeout(timer);
      timer = setTimeout(send, PAUSE);
    }

    function drop() {
      clearTimeout(keeping);
      keeping = null;
      localStorage.removeItem(key);
      isWaiting = false;
      clearTimeout(timer);
    }

    function restore() {
      function here() {
        isLeaving = isAsking = false;
        fill(form, kept.form);
      }
      if (!url) { here(); return; }
      isLeaving = true;  // what was typed beside it stays where it is
      post(url, kept.form).then(function (answer) {
        if (answer.ok) { location.search = "?draft=restore"; } else { here(); }
      }).catch(here);
    }

    function offer() {
      var banner = document.querySelector("[data-draft-kept]");
      if (banner) { banner.remove(); }
      banner = element("div", "alert alert-warning py-2 pa-keep", "");
      banner.setAttribute("data-draft-kept", "");
      banner.append(element("span", "", "您有未保存的草稿（" + when(kept.at) + "）。"));
      var yes = element("button", "btn btn-sm btn-primary", "恢复");
      var no = element("button", "btn btn-sm btn-outline-primary", "放弃");
      yes.type = no.type = "button";
      yes.addEventListener("click", function () { banner.remove(); restore(); });
      no.addEventListener("click", function () {
        banner.remove();
        isAsking = false;
        drop();
        localStorage.removeItem(beside);
        if (keep()) { note(); } else if (url) { post(url, "discard=1").catch(function () { return null; }); }
      });
      banner.append(yes, no);
      (state || form).before(banner);
      isAsking = true;
    }

    function begin() {
      var onServer = form.dataset.draftAt;
      if (isUnsaved) { keep(); return; }
      isAsking = Boolean(onServer);
      if (kept && kept.isSent && !onServer) { localStorage.removeItem(key); kept = null; }
      if (!kept && !onServer && read(beside)) {
        kept = read(beside);
        write(key, kept);
        localStorage.removeItem(beside);
      }
      if (!kept) { return; }
      if (typedOf(kept.form) === first) {  // it is on the page: saved, or shown to be mended
        if (url || !document.querySelector(".alert-danger")) { localStorage.removeItem(key); }
        return;
      }
      if (!onServer || !kept.isSent) { offer(); }
    }

    function noteSent() {
      clearTimeout(keeping);
      keeping = null;
      var copy = keep();
      if (copy && !url) {
        copy.sentAt = Date.now();
        write(isAsking ? beside : key, copy);
      }
      clearTimeout(timer);
      isWaiting = false;
    }

    if (form.elements.draft_id) { form.elements.draft_id.value = id; }
    begin();
    form.addEventListener("input", note);
    form.addEventListener("change", note);
    form.addEventListener("submit", noteSent);
    window.addEventListener("pagehide", function () { keepNow(); send(true); });
    window.addEventListener("online", function () { send(false); });
    document.addEventListener("visibilitychange", function () {
      if (document.visibilityState === "hidden") { keepNow(); send(true); }
    });
    document.addEventListener("pingan:queued", function () {  // it waits in line, see offline.js
      var banner = document.querySelector("[data-draft-kept]");
      if (banner && !form.dataset.draftAt) { banner.remove(); isAsking = false; }
      drop();
      localStorage.removeItem(beside);
      tell("");
    });
  }

  /* Put kept values back into the fields of the page. */
  function fill(form, text) {
    var values = new URLSearchParams(text);
    Array.prototype.forEach.call(form.elements, function (field) {
      if (!field.name || UNCOUNTED.indexOf(field.name) >= 0 || field.type === "submit") { return; }
      if (field.type === "checkbox" || field.type === "radio") {
        field.checked = values.getAll(field.name).indexOf(field.value) >= 0;
      } else if (values.has(field.name)) {
        field.value = values.get(field.name);
      }
    });
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /* Signing out of a shared computer leaves nothing here that the server has. */
  function onSignOut(event) {
    var form = event.target;
    var isOnlyHere = ownKeys().some(function (key) { return !(read(key) || {}).url; });
    event.preventDefault();
    if (isOnlyHere && !window.confirm("还有没有保存的填写，只存在这台电脑上。退出会清除它们，确定退出吗？")) {
      return;
    }
    isLeaving = true;
    var sending = ownKeys().map(function (key) {
      var kept = read(key);
      if (!kept || kept.isSent || !kept.url) { localStorage.removeItem(key); return null; }
      return post(kept.url, kept.form).then(function (answer) {
        if (answer.ok) { localStorage.removeItem(key); }
      }).catch(function () { return null; });
    });
    var patience = new Promise(function (done) { setTimeout(done, 4000); });
    Promise.race([Promise.all(sending), patience]).then(function () {
      HTMLFormElement.prototype.submit.call(form);
    });
  }

  forgetSaved();
  window.pinganFill = fill;
  Array.prototype.forEach.call(document.querySelectorAll("form[data-draft-key]"), watch);
  Array.prototype.forEach.call(document.querySelectorAll("form[action$='/sign-out']"), function (form) {
    form.addEventListener("submit", onSignOut);
  });
}());
