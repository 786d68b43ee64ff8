"use strict";
// node service.js URLS GUARDED: the process that is called over TCP.

const { ADDER, brokerOf } = require("./broker");

const ITEM = { sku: "tea-01", available: 12, price: "4.20", name: "Earl Grey" };
const later = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));
const broker = brokerOf("service", process.argv[3] === "guarded", process.argv[2].split(","));
broker.createService(ADDER);
broker.createService({
	name: "shop",
	actions: { item: () => ITEM, slow: () => later(5).then(() => ITEM) },
});
broker.start().then(() => console.log("ready"));
