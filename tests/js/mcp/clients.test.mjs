// An agent as an MCP server, used by the official clients for TypeScript: version 2, which speaks the current
// revision of the protocol, and version 1, which begins with a handshake, as most programs in use do.
// MCP_URL and MCP_TOKEN come from the pytest that runs this file; the agent has add_task, list_tasks and wipe_tasks.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as current from "@modelcontextprotocol/client";
import { Client as OldClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as OldTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const { MCP_URL: url, MCP_TOKEN: token } = process.env;
const info = { name: "a-client", version: "1.0.0" };
const options = { requestInit: { headers: { Authorization: `Bearer ${token}` } } };

const kinds = {
  "version 2": async (settings = options) => {
    const client = new current.Client(info, { versionNegotiation: { mode: "auto" } });
    await client.connect(new current.StreamableHTTPClientTransport(new URL(url), settings));
    assert.equal(client.getNegotiatedProtocolVersion(), "2026-07-28");
    return client;
  },
  "version 1": async (settings = options) => {
    const client = new OldClient(info);
    await client.connect(new OldTransport(new URL(url), settings));
    return client;
  },
};

for (const [kind, connect] of Object.entries(kinds)) {
  test(`${kind} lists the tools with their schemas and annotations`, async () => {
    const client = await connect();
    const { tools } = await client.listTools();
    assert.deepEqual(tools.map((tool) => tool.name).sort(), ["add_task", "list_tasks", "wipe_tasks"]);
    const [add, list, wipe] = ["add_task", "list_tasks", "wipe_tasks"].map((name) =>
      tools.find((tool) => tool.name === name),
    );
    assert.ok(add.inputSchema.properties.data.properties.title);
    assert.equal(list.annotations.readOnlyHint, true);
    assert.equal(add.annotations.readOnlyHint, false);
    assert.equal(add.annotations.destructiveHint, false);
    assert.equal(wipe.annotations.destructiveHint, true);
    await client.close();
  });

  test(`${kind} calls tools as the user of its token`, async () => {
    const client = await connect();
    const title = `Bought with ${kind}`;
    const added = await client.callTool({ name: "add_task", arguments: { data: { title } } });
    assert.equal(added.isError ?? false, false);
    assert.equal(JSON.parse(added.content[0].text).created.title, title);
    const listed = await client.callTool({ name: "list_tasks", arguments: { filters: { title } } });
    assert.deepEqual(JSON.parse(listed.content[0].text).rows.map((row) => row.title), [title]);
    await client.close();
  });

  test(`${kind} reads what was wrong with a call`, async () => {
    const client = await connect();
    const refused = await client.callTool({ name: "add_task", arguments: { data: { colour: "red" } } });
    assert.equal(refused.isError, true);
    assert.match(refused.content[0].text, /colour is not an argument/);
    const unasked = await client.callTool({ name: "wipe_tasks", arguments: { filters: { title: "x" } } });
    assert.equal(unasked.isError, true);
    assert.match(unasked.content[0].text, /consent/);
    await assert.rejects(client.callTool({ name: "no_such_tool", arguments: {} }), /no active tool named/);
    await client.close();
  });

  test(`${kind} is refused without a token`, async () => {
    await assert.rejects(connect({}));
  });
}
