// Two verifiers of webhooks: the documented one, which signs what JSON.stringify makes of the parsed body, and one that signs
// the bytes as they came. Reads a list of {body, signature, secret, form, now} and prints a list of {documented, raw}.

import crypto from "node:crypto";
import fs from "node:fs";

const TOLERANCE_S = 300;

const hmac = (secret, message) => crypto.createHmac("sha256", secret).update(message).digest("hex");

const isEqual = (one, other) =>
  one.length === other.length && crypto.timingSafeEqual(Buffer.from(one), Buffer.from(other));

function verify({ signature, secret, form, now }, payload) {
  if (form === "hex") {
    return isEqual(signature, hmac(secret, payload));
  }
  const { t, v1 } = Object.fromEntries(signature.split(",").map((part) => part.split("=")));
  const isRecent = Math.abs(now - Number(t)) <= TOLERANCE_S;
  return isRecent && isEqual(v1, hmac(secret, Buffer.concat([Buffer.from(`${t}.`), Buffer.from(payload)])));
}

function documented(delivery, bytes) {
  try {
    return verify(delivery, JSON.stringify(JSON.parse(bytes.toString("utf8"))));
  } catch {
    return false;
  }
}

const deliveries = JSON.parse(fs.readFileSync(0, "utf8"));
const verdicts = deliveries.map((delivery) => {
  const bytes = Buffer.from(delivery.body, "base64");
  return { documented: documented(delivery, bytes), raw: verify(delivery, bytes) };
});
process.stdout.write(JSON.stringify(verdicts));
