"use strict";
class Parser {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }
  skip() {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 32 && code !== 10) return;
      ++this.at;
    }
  }
  value() {
    this.skip();
    switch (this.text[this.at]) {
      case "{": return this.fields();
      case "[": return this.items();
      case '"': return this.string();
      case "t": this.at += 4; return true;
      case "f": this.at += 5; return false;
      case "n": this.at += 4; return null;
      default: return this.number();
    }
  }
  items() {
    const out = [];
    ++this.at;
    this.skip();
    while (this.text[this.at] !== "]") {
      out.push(this.value());
      this.skip();
      if (this.text[this.at] === ",") ++this.at;
    }
    ++this.at;
    return out;
  }
  fields() {
    const out = {};
    ++this.at;
    this.skip();
    while (this.text[this.at] !== "}") {
      this.skip();
      const key = this.string();
      this.skip();
      ++this.at;
      out[key] = this.value();
      this.skip();
      if (this.text[this.at] === ",") ++this.at;
    }
    ++this.at;
    return out;
  }
  string() {
    const start = ++this.at;
    while (this.text.charCodeAt(this.at) !== 34) ++this.at;
    return this.text.slice(start, this.at++);
  }
  number() {
    const start = this.at;
    while (this.at < this.text.length) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 45 && code !== 46 && (code < 48 || code > 57)) break;
      ++this.at;
    }
    return Number(this.text.slice(start, this.at));
  }
}
function total(json) {
  if (typeof json === "number") return json;
  let sum = 0;
  if (Array.isArray(json)) {
    for (const item of json) sum += total(item);
  } else if (typeof json === "object" && json !== null) {
    for (const key in json) sum += total(json[key]);
  }
  return sum;
}
function write(json, out) {
  if (json === null) {
    out.push("null");
  } else if (typeof json === "boolean") {
    out.push(json ? "true" : "false");
  } else if (typeof json === "number") {
    out.push(json.toFixed(1));
  } else if (typeof json === "string") {
    out.push(`"${json}"`);
  } else if (Array.isArray(json)) {
    out.push("[");
    for (let i = 0; i < json.length; ++i) {
      if (i > 0) out.push(",");
      write(json[i], out);
    }
    out.push("]");
  } else {
    out.push("{");
    let first = true;
    for (const key in json) {
      if (!first) out.push(",");
      first = false;
      out.push(`"${key}":`);
      write(json[key], out);
    }
    out.push("}");
  }
}
const rounds = Number(process.argv[2] ?? 1);
const parts = [];
for (let i = 0; i < 25000; ++i) {
  parts.push(`{ "id": ${i}, "name": "user ${i}", "tags": ["a", "b${i % 7}"], "ok": ${i % 2 === 0}, "none": null, ` +
    `"score": ${i}.5 }`);
}
const text = `[${parts.join(", ")}]`;
let sum = 0, written = 0;
for (let i = 0; i < rounds; ++i) {
  const json = new Parser(text).value();
  const out = [];
  write(json, out);
  sum += total(json);
  written += out.join("").length;
}
console.log(`${text.length} ${sum.toFixed(1)} ${written}`);
