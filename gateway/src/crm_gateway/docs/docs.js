"use strict";

// Renders /openapi.json: operations by tag with parameters, schemas and permissions, and a form to try each.

const byId = (id) => document.getElementById(id);
let api = {};
let accessToken = "";

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") node.className = value;
    else if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function resolve(thing) {
  while (thing && thing.$ref) {
    thing = thing.$ref.slice(2).split("/").reduce((at, key) => at[key], api);
  }
  return thing || {};
}

function typeOf(schema) {
  const name = schema.$ref ? schema.$ref.split("/").pop() : "";
  const found = resolve(schema);
  if (found.allOf && found.allOf.length === 1) return typeOf(found.allOf[0]);
  if (found.oneOf || found.anyOf) return (found.oneOf || found.anyOf).map(typeOf).join(" | ");
  if (found.type === "array") return `${typeOf(found.items || {})}[]`;
  const type = Array.isArray(found.type) ? found.type.join(" | ") : found.type || "any";
  return name || (found.format ? `${type} (${found.format})` : type);
}

function rules(schema) {
  const found = resolve(schema);
  const known = ["enum", "minLength", "maxLength", "pattern", "minimum", "maximum", "maxItems", "default"];
  return known.filter((key) => found[key] !== undefined)
    .map((key) => `${key}: ${Array.isArray(found[key]) ? found[key].join(", ") : found[key]}`).join("; ");
}

function merged(schema) {
  const found = resolve(schema);
  return (found.allOf || []).map(merged).reduce((all, one) => ({
    properties: { ...all.properties, ...one.properties },
    required: [...(all.required || []), ...(one.required || [])],
  }), found);
}

function fieldsTable(schema) {
  const found = resolve(schema);
  const object = merged(found.type === "array" ? found.items : found);
  const rows = Object.entries(object.properties || {}).map(([name, field]) => make("tr", {},
    make("td", {}, make("code", { class: (object.required || []).includes(name) ? "required" : "" }, name)),
    make("td", {}, typeOf(field)),
    make("td", {}, [resolve(field).readOnly || field.readOnly ? "Read only." : "", field.description ||
      resolve(field).description || "", rules(field)].filter(Boolean).join(" "))));
  return rows.length ? make("table", {}, make("tbody", {}, ...rows)) : make("p", {}, typeOf(schema));
}

function example(schema, depth = 0) {
  const found = merged(schema);
  if (found.example !== undefined) return found.example;
  if (found.enum) return found.enum[0];
  if (found.properties) {
    if (depth > 3) return {};
    const wanted = Object.entries(found.properties)
      .filter(([name, field]) => !(field.readOnly || resolve(field).readOnly) && (found.required || []).includes(name));
    return Object.fromEntries(wanted.map(([name, field]) => [name, example(field, depth + 1)]));
  }
  const type = Array.isArray(found.type) ? found.type[0] : found.type;
  return { array: [], integer: 0, number: 0, boolean: false, object: {} }[type] ?? "";
}

function parametersOf(path, operation) {
  return [...(api.paths[path].parameters || []), ...(operation.parameters || [])].map(resolve);
}

function parameterTable(parameters) {
  return make("table", {}, make("tbody", {}, ...parameters.map((parameter) => make("tr", {},
    make("td", {}, make("code", { class: parameter.required ? "required" : "" }, parameter.name)),
    make("td", {}, parameter.in),
    make("td", {}, typeOf(parameter.schema || {})),
    make("td", {}, [parameter.description || "", rules(parameter.schema || {})].filter(Boolean).join(" "))))));
}

function bodyOf(operation) {
  const content = resolve(operation.requestBody).content || {};
  const type = Object.keys(content)[0];
  return type ? { type, schema: content[type].schema || {} } : null;
}

function tryForm(verb, path, operation, parameters, body) {
  const inputs = parameters.map((parameter) => make("input", {
    placeholder: `${parameter.name} (${parameter.in})`, title: parameter.description || "", autocomplete: "off",
    "aria-label": parameter.name,
  }));
  const isForm = body && body.type === "multipart/form-data";
  const area = body && !isForm
    ? make("textarea", { spellcheck: false, "aria-label": "Body", value: JSON.stringify(example(body.schema), null, 2) }) : null;
  const formInputs = isForm ? Object.entries(resolve(body.schema).properties || {})
    .sort(([, one]) => (one.format === "binary" ? 1 : -1))
    .map(([name, field]) => make("input", {
      name, type: field.format === "binary" ? "file" : "text", placeholder: name, "aria-label": name,
    })) : [];
  const output = make("pre", { hidden: true });
  const form = make("form", {}, ...inputs, " ", area, ...formInputs, " ", make("button", {}, "Send"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    let target = path;
    const query = new URLSearchParams();
    const headers = {};
    parameters.forEach((parameter, index) => {
      const value = inputs[index].value;
      if (parameter.in === "path") target = target.replace(`{${parameter.name}}`, encodeURIComponent(value));
      else if (value && parameter.in === "query") query.append(parameter.name, value);
      else if (value && parameter.in === "header") headers[parameter.name] = value;
    });
    if (accessToken) headers.Authorization = `Bearer ${accessToken}`;
    const request = { method: verb, headers };
    if (area) {
      headers["Content-Type"] = body.type;
      request.body = area.value;
    } else if (isForm) {
      request.body = new FormData();
      for (const input of formInputs) {
        if (input.type === "file") input.files.length && request.body.append(input.name, input.files[0]);
        else if (input.value) request.body.append(input.name, input.value);
      }
    }
    const started = performance.now();
    try {
      const answer = await fetch(target + (query.size ? `?${query}` : ""), request);
      const text = await answer.text();
      const shown = (answer.headers.get("Content-Type") || "").includes("json") && text
        ? JSON.stringify(JSON.parse(text), null, 2) : text;
      const kept = ["ETag", "Location", "X-Request-Id", "Retry-After"].filter((name) => answer.headers.get(name))
        .map((name) => `${name}: ${answer.headers.get(name)}`);
      const took = Math.round(performance.now() - started);
      output.textContent = [`${answer.status} ${answer.statusText} (${took} ms)`, ...kept, "", shown].join("\n");
    } catch (error) {
      output.textContent = String(error);
    }
    output.hidden = false;
  });
  return make("div", {}, form, output);
}

function operationContent(verb, path, operation) {
  const parameters = parametersOf(path, operation);
  const body = bodyOf(operation);
  const success = Object.entries(operation.responses || {}).find(([status]) => status.startsWith("2"));
  const content = success ? resolve(success[1]).content || {} : {};
  const answer = Object.values(content)[0];
  const children = [make("p", {}, operation.description || "")];
  const access = operation["x-permission"] ? `Needs the permission ${operation["x-permission"]}.`
    : operation.security && operation.security.length === 0 ? "Needs no login." : "Needs a login.";
  children.push(make("p", {}, access));
  if (parameters.length) children.push(make("h4", {}, "Parameters"), parameterTable(parameters));
  if (body) children.push(make("h4", {}, `Body: ${typeOf(body.schema)}`), fieldsTable(body.schema));
  if (answer) children.push(make("h4", {}, `Answer ${success[0]}: ${typeOf(answer.schema)}`), fieldsTable(answer.schema));
  children.push(make("h4", {}, "Try it"), tryForm(verb, path, operation, parameters, body));
  return make("div", {}, ...children);
}

function operationNode(verb, path, operation) {
  const node = make("details", { id: operation.operationId },
    make("summary", {}, make("b", { class: `verb ${verb}` }, verb), make("code", {}, path),
      make("span", {}, operation.summary || "")));
  node.addEventListener("toggle", () => {
    if (node.open && node.children.length === 1) node.append(operationContent(verb, path, operation));
  });
  return node;
}

function render() {
  byId("title").textContent = api.info.title;
  document.title = api.info.title;
  const sections = new Map();
  for (const tag of api.tags || []) {
    sections.set(tag.name, make("section", { id: `tag-${tag.name}` }, make("h2", {}, tag.name),
      make("p", {}, tag.description || "")));
  }
  for (const [path, item] of Object.entries(api.paths)) {
    for (const [verb, operation] of Object.entries(item)) {
      if (!operation.operationId) continue;
      const tag = (operation.tags || ["other"])[0];
      if (!sections.has(tag)) sections.set(tag, make("section", { id: `tag-${tag}` }, make("h2", {}, tag)));
      sections.get(tag).append(operationNode(verb.toUpperCase(), path, operation));
    }
  }
  byId("main").replaceChildren(...sections.values());
  byId("tags").replaceChildren(...[...sections.keys()].map((tag) => make("a", { href: `#tag-${tag}` }, tag)));
  const wanted = byId(decodeURIComponent(location.hash.slice(1)));
  if (wanted) {
    wanted.open = true;
    wanted.scrollIntoView();
  }
}

function find() {
  const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const section of byId("main").children) {
    let shown = 0;
    for (const node of section.querySelectorAll("details")) {
      const text = `${node.id} ${node.firstChild.textContent}`.toLowerCase();
      node.hidden = !words.every((word) => text.includes(word));
      shown += !node.hidden;
    }
    section.hidden = !shown;
  }
}

async function login(event) {
  event.preventDefault();
  const state = byId("state");
  if (byId("token").value) {
    accessToken = byId("token").value.trim();
    state.textContent = "token set";
    return;
  }
  const answer = await fetch("/v1/auth/login", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email: byId("email").value, password: byId("password").value }),
  });
  const found = await answer.json();
  accessToken = answer.ok ? found.access_token : "";
  state.textContent = answer.ok ? "logged in" : found.detail;
  if (answer.ok) byId("password").value = "";
}

byId("search").addEventListener("input", find);
byId("login").addEventListener("submit", login);
fetch("/openapi.json").then((answer) => answer.json()).then((found) => {
  api = found;
  render();
}).catch((error) => {
  byId("main").replaceChildren(make("p", {}, `The document cannot be read: ${error}`));
});
