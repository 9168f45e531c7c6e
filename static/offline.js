/* Entry without a network, the page's side: says what waits in this device, sends it when the
   network is back, and keeps the two tables of the month at hand. See service-worker.js. */
(function () {
  "use strict";

  var PAGES = "pingan-pages";
  var LAST = "pingan:person";
  var SYNCED = "pingan:synced";
  var TABLE = /^\/(?:returns\/\d+\/(patrol|sweep)|inspections\/\d{4}-\d\d\/\d+\/(open|secret))\/$/;
  var NAMES = { patrol: "治安巡逻", sweep: "六排查", open: "检查表", secret: "暗访检查表" };
  var FORM = "form[data-draft-url], form[data-offline]";
  var FEW = 4;
  var MANY = 12;  // the units of an inspection group
  var AGAIN = 20000;
  var bar = document.getElementById("offline-state");
  var here = document.body.dataset.person;
  var person = here || localStorage.getItem(LAST);
  var isSending = false;
  var isSignedOut = false;
  var synced = sessionStorage.getItem(SYNCED) || "";
  if (!("serviceWorker" in navigator) || !window.isSecureContext || !bar) { return; }

  function database() {
    return new Promise(function (resolve, reject) {
      var opening = indexedDB.open("pingan", 1);
      opening.onupgradeneeded = function () {
        opening.result.createObjectStore("queue", { keyPath: "path" });
      };
      opening.onsuccess = function () { resolve(opening.result); };
      opening.onerror = function () { reject(opening.error); };
    });
  }

  function inQueue(mode, work) {
    return database().then(function (opened) {
      return new Promise(function (resolve, reject) {
        var change = opened.transaction("queue", mode);
        var asked = work(change.objectStore("queue"));
        change.oncomplete = function () { opened.close(); resolve(asked.result); };
        change.onerror = function () { opened.close(); reject(change.error); };
      });
    });
  }

  function waiting() {
    return inQueue("readonly", function (store) { return store.getAll(); }).then(function (items) {
      return items.filter(function (item) { return item.writer === person; });
    });
  }

  /* Only what was sent: a table saved again meanwhile stays in line. */
  function settle(item, problem) {
    return inQueue("readwrite", function (store) {
      var asked = store.get(item.path);
      asked.onsuccess = function () {
        if (!asked.result || asked.result.at !== item.at) { return; }
        if (problem) {
          store.put(Object.assign({}, item, { problem: problem }));
        } else {
          store.delete(item.path);
        }
      };
      return asked;
    });
  }

  function cookie(name) {
    var found = document.cookie.split("; ").filter(function (part) {
      return part.indexOf(name + "=") === 0;
    })[0];
    return found ? found.slice(name.length + 1) : "";
  }

  function say(text, look, link) {
    bar.textContent = text;
    bar.className = "pa-offline" + (look ? " " + look : "");
    bar.hidden = !text;
    if (link) {
      var address = document.createElement("a");
      address.href = link.href;
      address.textContent = link.text;
      bar.append(address);
    }
  }

  function nameOf(path) {
    var found = TABLE.exec(path);
    return NAMES[found[1] || found[2]];
  }

  function show(done) {
    return waiting().then(function (items) {
      var bad = items.filter(function (item) { return item.problem; })[0];
      if (bad && navigator.onLine) {
        say(nameOf(bad.path) + "没有自动上报：" + bad.problem, "is-bad",
          { href: bad.path + "?draft=restore", text: "去核对" });
      } else if (items.length && !navigator.onLine) {
        say("离线，已存本机 " + items.length + " 项，联网后自动上报", "is-off");
      } else if (items.length && isSignedOut) {
        say("登录已过期，已存本机 " + items.length + " 项，重新登录后自动上报", "is-off");
      } else if (items.length) {
        say("已存本机 " + items.length + " 项，正在等待上报", "is-off");
      } else if (!navigator.onLine) {
        say("离线：巡逻、排查和检查表可以照常填写，保存在本机，联网后自动上报", "is-off");
      } else {
        say(done || "");
      }
      return items;
    });
  }

  function sendOne(item) {
    return fetch(item.path + "sync/", {
      method: "POST",
      body: item.body,
      credentials: "same-origin",
      redirect: "manual",
      headers: {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-CSRFToken": cookie("csrftoken")
      }
    }).then(function (answer) {
      if (answer.type === "opaqueredirect") { throw new Error("signed out"); }
      if (answer.status >= 500) { throw new Error("server"); }
      if (answer.status === 403 || answer.status === 404) {
        return { state: "refused", sentence: "服务器没有接受，请打开本表核对。" };
      }
      return answer.json();
    }).then(function (said) {
      return settle(item, said.state === "saved" ? "" : said.sentence).then(function () {
        return said.state === "saved" ? said.sentence : "";
      });
    });
  }

  function sync() {
    if (isSending || !here || !navigator.onLine) { return Promise.resolve(); }
    isSending = true;
    var done = [];
    return waiting().then(function (items) {
      if (items.length) { synced = ""; }
      return items.filter(function (item) { return !item.problem; }).reduce(function (before, item) {
        return before.then(function () { return sendOne(item); }).then(function (sentence) {
          if (sentence) { done.push(sentence); }
        });
      }, Promise.resolve());
    }).catch(function (error) { isSignedOut = error.message === "signed out"; }).then(function () {
      isSending = false;
      var text = done.length ? "已同步：" + done.join("") : synced;
      if (done.length) { sessionStorage.setItem(SYNCED, text); }  // the page may be looked at again
      return show(text);
    }).then(function (items) {
      if (items.some(function (item) { return !item.problem; })) { setTimeout(sync, AGAIN); }
      if (done.length && TABLE.test(location.pathname)) { refreshTable(); }
    });
  }

  /* The table that lies under the hand is the old one: look again; where something was typed
     since, only its version moves on. */
  function refreshTable() {
    var form = document.querySelector(FORM);
    if (!form || !form.hasAttribute("data-queued")) { return; }
    if (form.hasAttribute("data-offline")) { location.replace(form.dataset.offline); return; }
    if (!form.hasAttribute("data-typed")) { location.replace(location.pathname); return; }
    fetch(location.pathname).then(function (answer) { return answer.text(); }).then(function (text) {
      var fresh = new DOMParser().parseFromString(text, "text/html").querySelector("form[data-draft-url]");
      ["version", "base"].forEach(function (name) {
        if (fresh) { form.elements[name].value = fresh.elements[name].value; }
      });
    }).catch(function () { return null; });
  }

  /* A table that waits is shown as it was sent, not as it was seen last. */
  function overlay(items) {
    var form = document.querySelector(FORM);
    var own = items.filter(function (item) { return item.path === location.pathname; })[0];
    if (!form || !own) { return; }
    if (location.search === "?draft=restore") {
      if (form.hasAttribute("data-offline")) { window.pinganFill(form, own.body); }  // kept here alone
      if (own.problem) { settle(own, "").then(function () { show(); }); }
      return;
    }
    if (own.problem) { return; }
    window.pinganFill(form, own.body);
    form.setAttribute("data-queued", "");
    form.addEventListener("input", function () { form.setAttribute("data-typed", ""); });
    document.dispatchEvent(new CustomEvent("pingan:queued"));
  }

  /* The page that is shown in place of others without a network: tables that are at hand. */
  function listTables() {
    var list = document.querySelector("[data-offline-tables]");
    if (!list) { return; }
    caches.open(PAGES).then(function (cache) {
      return cache.keys().then(function (keys) {
        keys.filter(function (key) { return TABLE.test(new URL(key.url).pathname); }).forEach(
          function (key) {
            cache.match(key).then(function (answer) { return answer.text(); }).then(function (text) {
              var title = new DOMParser().parseFromString(text, "text/html").title;
              var line = document.createElement("li");
              var link = document.createElement("a");
              link.href = new URL(key.url).pathname;
              link.textContent = title.split(" · ")[0];
              line.append(link);
              list.append(line);
            });
          });
      });
    });
  }

  /* Another person at this device does not see the first one's tables. */
  function forgetTables() {
    return caches.open(PAGES).then(function (cache) {
      return cache.keys().then(function (keys) {
        return Promise.all(keys.filter(function (key) {
          return TABLE.test(new URL(key.url).pathname);
        }).map(function (key) { return cache.delete(key); }));
      });
    });
  }

  function equip(registration) {
    var worker = registration.active;
    if (!worker || !here) { return; }
    var assets = Array.from(document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]"))
      .map(function (each) { return each.href || each.src; });
    var links = Array.from(document.querySelectorAll("main a[href]")).map(function (each) {
      return each.pathname;
    }).filter(function (path, place, paths) {
      return TABLE.test(path) && paths.indexOf(path) === place;
    });
    var isPhone = window.matchMedia("(max-width: 767px)").matches;
    var most = document.querySelector("[data-keep-tables]") ? MANY : FEW;
    worker.postMessage({ assets: assets, tables: isPhone && links.length <= most ? links : [] });
  }

  var changed = here && localStorage.getItem(LAST) !== here;
  (changed ? forgetTables() : Promise.resolve()).then(function () {
    if (here) { localStorage.setItem(LAST, here); }
    return navigator.serviceWorker.register("/service-worker.js");
  }).then(function () {
    return navigator.serviceWorker.ready;
  }).then(equip).catch(function () { return null; });
  Array.prototype.forEach.call(document.querySelectorAll("form[action$='/sign-out']"), function (form) {
    form.addEventListener("submit", forgetTables);
  });
  window.addEventListener("online", sync);
  window.addEventListener("offline", function () { show(); });
  listTables();
  sessionStorage.removeItem(SYNCED);
  show(synced).then(function (items) { overlay(items); return sync(); });
}());
