"use strict";
// node caller.js local|remote GUARDED URLS: reads "CALLS AT_ONCE" lines, makes the calls, answers seconds and CPU as JSON.

const readline = require("readline");
const { ADDER, brokerOf } = require("./broker");

const [, , placement, guarded, urls] = process.argv;
const broker = brokerOf("caller", guarded === "guarded", placement === "remote" ? urls.split(",") : []);
if (placement === "local") broker.createService(ADDER);

async function make(calls) {
	for (let made = 0; made < calls; made++) {
		if ((await broker.call("adder.add", { one: 1, other: 2 })) !== 3) throw new Error("a wrong sum");
	}
}

async function measure(calls, atOnce) {
	const used = process.cpuUsage(), started = process.hrtime.bigint();
	await Promise.all(Array.from({ length: atOnce }, () => make(Math.floor(calls / atOnce))));
	const seconds = Number(process.hrtime.bigint() - started) / 1e9, { user, system } = process.cpuUsage(used);
	return { calls: Math.floor(calls / atOnce) * atOnce, seconds, cpu: (user + system) / 1e6 };
}

broker.start().then(() => broker.waitForServices("adder", 20000)).then(async () => {
	console.log("ready");
	for await (const line of readline.createInterface({ input: process.stdin })) {
		console.log(JSON.stringify(await measure(...line.split(" ").map(Number))));
	}
	process.exit(0);
});
