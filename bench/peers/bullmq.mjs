// bullmq.mjs PORT COUNT: as many jobs of 100 bytes, then one worker with fifty jobs at a time that does nothing with
// them; prints how many a second.
import { Queue, Worker } from "bullmq";

const [port, count] = process.argv.slice(2).map(Number);
const PAGE = 1000;
const connection = { host: "127.0.0.1", port, maxRetriesPerRequest: null };
const queue = new Queue("jobs", { connection });
for (let n = 0; n < count; n += PAGE) {
  const length = Math.min(PAGE, count - n);
  const job = { name: "noop", data: { payload: "x".repeat(100) }, opts: { removeOnComplete: true } };
  await queue.addBulk(Array.from({ length }, () => job));
}

const begin = process.hrtime.bigint();
await new Promise((done, failed) => {
  let left = count;
  const worker = new Worker("jobs", async () => {}, { connection, concurrency: 50 });
  worker.on("completed", () => --left || done());
  worker.on("error", failed);
});
console.log(count / (Number(process.hrtime.bigint() - begin) / 1e9));
process.exit(0);
