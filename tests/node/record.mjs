// Notes every reply that a program gets through fetch, as one JSON object a line, in the file that RECORD names.
//
// Usage: RECORD=replies.jsonl node --import ./record.mjs program.js

import { appendFileSync } from "node:fs";

const send = globalThis.fetch;

globalThis.fetch = async (resource, options) => {
  const reply = await send(resource, options);
  const note = {
    method: options?.method ?? resource.method ?? "GET",
    url: reply.url,
    status: reply.status,
    headers: Object.fromEntries(reply.headers),
    body: await reply.clone().text(),
  };
  appendFileSync(process.env.RECORD, JSON.stringify(note) + "\n");
  return reply;
};
