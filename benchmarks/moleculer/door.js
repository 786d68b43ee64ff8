"use strict";
// node door.js URLS GUARDED PORT BACKEND: moleculer-web before the service over TCP, and before an HTTP backend.

const http = require("http");
const ApiGateway = require("moleculer-web");
const { brokerOf } = require("./broker");

const [, , urls, guarded, port, backend] = process.argv;
const nodeID = urls.split(",").map(url => url.split("/")[1]).find(name => name !== "service");
const broker = brokerOf(nodeID, guarded === "guarded", urls.split(","));
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
const NAMES = ["one", "two", "three"];

const asked = path => new Promise((resolve, reject) => {
	http.get({ host: "127.0.0.1", port: Number(backend), path, agent }, answer => {
		const pieces = [];
		answer.on("data", piece => pieces.push(piece));
		answer.on("end", () => resolve(JSON.parse(Buffer.concat(pieces))));
		answer.on("error", reject);
	}).on("error", reject);
});

async function together(ask) {
	const parts = await Promise.all(NAMES.map(ask));
	return Object.fromEntries(NAMES.map((name, index) => [name, parts[index]]));
}

async function inTurn(ask) {
	const parts = {};
	for (const name of NAMES) parts[name] = await ask(name);
	return parts;
}

broker.createService({
	name: "pages",
	actions: {
		parallel: ctx => together(() => ctx.call("shop.item")),
		turn: ctx => inTurn(() => ctx.call("shop.item")),
		slowparallel: ctx => together(() => ctx.call("shop.slow")),
		slowturn: ctx => inTurn(() => ctx.call("shop.slow")),
		backend: () => asked("/api/v1/x/y/"),
		backendparallel: ctx => together(() => ctx.call("pages.backend")),
	},
});
broker.createService({
	mixins: [ApiGateway],
	settings: {
		ip: "127.0.0.1", port: Number(port), logRequest: null, logResponse: null,
		rateLimit: guarded === "guarded" ? { window: 60000, limit: 1000000000, headers: true } : null,
		routes: [{
			path: "/", mappingPolicy: "restrict", bodyParsers: false, etag: false,
			aliases: {
				"GET /": "shop.item",
				"GET /tcp": "shop.item",
				"GET /backend": "pages.backend",
				"GET /pages/parallel": "pages.parallel",
				"GET /pages/turn": "pages.turn",
				"GET /pages/slow-parallel": "pages.slowparallel",
				"GET /pages/slow-turn": "pages.slowturn",
				"GET /pages/backend": "pages.backendparallel",
			},
		}],
	},
});
broker.start().then(() => broker.waitForServices(["shop"], 20000)).then(() => console.log("ready"));
