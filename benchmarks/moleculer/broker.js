"use strict";
// What every Moleculer process of the benchmark shares: a broker on the loopback interface, with its policies or bare.

const net = require("net");
const { ServiceBroker } = require("moleculer");

const LOOPBACK = "127.0.0.1";
const listen = net.Server.prototype.listen;
// Its TCP transporter has no setting for the interface and would listen on all of them.
net.Server.prototype.listen = function (options, ...rest) {
	const open = options !== null && typeof options === "object" && options.port !== undefined && !options.host;
	return listen.call(this, open ? { ...options, host: LOOPBACK } : options, ...rest);
};

const POLICIES = {
	requestTimeout: 1000,
	metrics: { enabled: true },
	circuitBreaker: { enabled: true, threshold: 0.5, minRequestCount: 20, windowTime: 60, halfOpenTime: 10000 },
	bulkhead: { enabled: true, concurrency: 100, maxQueueSize: 1000 },
	retryPolicy: { enabled: true, retries: 2, delay: 100, maxDelay: 1000, factor: 2 },
};

/** @param {string} nodeID @param {boolean} guarded @param {string[]} urls all nodes as host:port/id; none: no transporter */
exports.brokerOf = (nodeID, guarded, urls) => {
	const transporter = urls.length ? { type: "TCP", options: { udpDiscovery: false, urls } } : null;
	const broker = new ServiceBroker({ nodeID, logger: false, transporter, ...(guarded ? POLICIES : {}) });
	broker.registry.nodes.localNode.hostname = LOOPBACK;
	return broker;
};

exports.ADDER = {
	name: "adder",
	actions: {
		add: { params: { one: "number", other: "number" }, handler: ctx => ctx.params.one + ctx.params.other },
	},
};
