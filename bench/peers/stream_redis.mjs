// stream_redis.mjs PORT COUNT: as many 100-byte entries, then node-redis reads and acknowledges them a thousand at a
// time; prints how many a second.
import { createClient } from "redis";

const [port, count] = process.argv.slice(2).map(Number);
const PAGE = 1000;
const payload = "x".repeat(100);

const client = createClient({ url: `redis://127.0.0.1:${port}` });
await client.connect();
for (let n = 0; n < count; n += PAGE) {
  await Promise.all(Array.from({ length: Math.min(PAGE, count - n) }, () => client.xAdd("node", "*", { payload })));
}
await client.xGroupCreate("node", "g", "0");

const begin = process.hrtime.bigint();
let acked = 0;
for (;;) {
  const found = await client.xReadGroup("g", "c", { key: "node", id: ">" }, { COUNT: PAGE });
  if (!found) break;
  acked += Number(await client.xAck("node", "g", found[0].messages.map((entry) => entry.id)));
}
const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
if (acked !== count) throw new Error(`only ${acked} were acknowledged`);
console.log(count / seconds);
client.destroy();
