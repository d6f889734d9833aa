// Runs one state machine to its end: node run.mjs REQUEST.json, of which: module, definition, input, context, bridge.
//
// Each Task state is carried out by `bridge`, which gets {state, resource, input} and answers {result} or {error: {name, message}}.
// Prints {status, output} or {status, error, cause}.

import { readFileSync } from "node:fs";

// Of Node 22; the interpreter asks for it.
Promise.withResolvers ??= function () {
  let resolve, reject;
  const promise = new Promise((yes, no) => { resolve = yes; reject = no; });
  return { promise, resolve, reject };
};

const request = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { StateMachine } = await import(request.module);
const handlers = {};
const waits = {};

function collect(states) {
  for (const [name, state] of Object.entries(states)) {
    if (state.Type === "Task") {
      handlers[name] = (input) => carryOut(name, state.Resource, input);
      waits[name] = 0;
    }
    for (const branch of state.Branches ?? []) collect(branch.States);
    if (state.ItemProcessor) collect(state.ItemProcessor.States);
  }
}

async function carryOut(state, resource, input) {
  const reply = await fetch(request.bridge, { method: "POST", body: JSON.stringify({ state, resource, input }) });
  const answer = await reply.json();
  if (answer.error) {
    const error = new Error(answer.error.message);
    error.name = answer.error.name;
    throw error;
  }
  return answer.result;
}

collect(request.definition.States);
const machine = new StateMachine(request.definition, { validationOptions: { noValidate: true } });
const run = machine.run(request.input, {
  overrides: { taskResourceLocalHandlers: handlers, retryIntervalOverrides: waits },
  context: request.context,
});
try {
  console.log(JSON.stringify({ status: "SUCCEEDED", output: await run.result }));
} catch (error) {
  const cause = error.cause ?? error;
  console.log(JSON.stringify({ status: "FAILED", error: cause.name, cause: String(cause.message) }));
}
