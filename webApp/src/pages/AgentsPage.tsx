import { Route, Routes } from "react-router";
import { AgentsOverview } from "@/components/agents/AgentsOverview";
import { AgentView } from "@/components/agents/AgentView";
import { ToolView } from "@/components/agents/ToolView";

/** Agents, one of them, and one of its tools; a new tool has no name in its address yet. */
export default function AgentsPage() {
  return (
    <Routes>
      <Route index element={<AgentsOverview />} />
      <Route path=":agentName" element={<AgentView />} />
      <Route path=":agentName/tools/:toolName?" element={<ToolView />} />
    </Routes>
  );
}
