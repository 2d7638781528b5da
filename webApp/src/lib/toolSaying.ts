// What a tool does, in words, from its row.
import type { Tool } from "@/api/agents";
import { agentsTexts } from "./texts/agents";
import { METHODS } from "./toolConfig";

export function toolSaying({ type, config }: Pick<Tool, "type" | "config">): string {
  const said = (key: string) => String(config[key] ?? "");
  switch (type) {
    case "CRUDTool": {
      const method = METHODS.find((one) => one === config["method"]);
      return method ? agentsTexts.does[method](said("table_name")) : agentsTexts.doesOther(type);
    }
    case "RPCTool":
      return agentsTexts.calls(said("function_name"));
    case "AgentTool":
      return agentsTexts.asksAgent(said("agent_name"));
    case "HTTPTool":
      return agentsTexts.requests(said("method") || "GET", said("url"));
    case "MCPTool":
      return agentsTexts.remote(said("url"));
    default:
      return agentsTexts.doesOther(type);
  }
}
