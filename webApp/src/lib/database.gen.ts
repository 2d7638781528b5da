// Generated from the database by `clarity types`. Do not edit: change the tables and run it again.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  public: {
    Tables: {
      action_decisions: {
        Row: {
          action_id: string;
          arguments: Json | null;
          created_at: string;
          decision: "approve" | "reject" | "expire" | "stop" | "always_allow";
          id: string;
          reason: string | null;
          user_id: string;
        };
        Insert: {
          action_id: string;
          arguments?: Json | null;
          created_at?: string;
          decision: "approve" | "reject" | "expire" | "stop" | "always_allow";
          id?: string;
          reason?: string | null;
          user_id: string;
        };
        Update: {
          action_id?: string;
          arguments?: Json | null;
          created_at?: string;
          decision?: "approve" | "reject" | "expire" | "stop" | "always_allow";
          id?: string;
          reason?: string | null;
          user_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "action_decisions_action_id_fkey";
            columns: ["action_id"];
            isOneToOne: false;
            referencedRelation: "pending_actions";
            referencedColumns: ["id"];
          },
        ];
      };
      admins: {
        Row: {
          created_at: string;
          user_id: string;
        };
        Insert: {
          created_at?: string;
          user_id: string;
        };
        Update: {
          created_at?: string;
          user_id?: string;
        };
        Relationships: [];
      };
      agent_config_history: {
        Row: {
          action: "insert" | "update" | "delete";
          after: Json | null;
          agent_id: string;
          before: Json | null;
          changed_at: string;
          changed_by: string | null;
          config_version: number | null;
          id: number;
          owner_id: string | null;
          table_name: "agent_configurations" | "agent_tools";
          tool_id: string | null;
        };
        Insert: {
          action: "insert" | "update" | "delete";
          after?: Json | null;
          agent_id: string;
          before?: Json | null;
          changed_at?: string;
          changed_by?: string | null;
          config_version?: number | null;
          id?: never;
          owner_id?: string | null;
          table_name: "agent_configurations" | "agent_tools";
          tool_id?: string | null;
        };
        Update: {
          action?: "insert" | "update" | "delete";
          after?: Json | null;
          agent_id?: string;
          before?: Json | null;
          changed_at?: string;
          changed_by?: string | null;
          config_version?: number | null;
          id?: never;
          owner_id?: string | null;
          table_name?: "agent_configurations" | "agent_tools";
          tool_id?: string | null;
        };
        Relationships: [];
      };
      agent_configurations: {
        Row: {
          agent_name: string;
          config_version: number;
          created_at: string;
          description: string | null;
          display_name: string | null;
          id: string;
          is_active: boolean;
          llm_config: Json;
          owner_id: string | null;
          system_prompt: string;
          updated_at: string;
        };
        Insert: {
          agent_name: string;
          config_version?: number;
          created_at?: string;
          description?: string | null;
          display_name?: string | null;
          id?: string;
          is_active?: boolean;
          llm_config?: Json;
          owner_id?: string | null;
          system_prompt?: string;
          updated_at?: string;
        };
        Update: {
          agent_name?: string;
          config_version?: number;
          created_at?: string;
          description?: string | null;
          display_name?: string | null;
          id?: string;
          is_active?: boolean;
          llm_config?: Json;
          owner_id?: string | null;
          system_prompt?: string;
          updated_at?: string;
        };
        Relationships: [];
      };
      agent_long_term_memory: {
        Row: {
          agent_name: string;
          content: string;
          created_at: string;
          embedding: string | null;
          id: string;
          is_untrusted: boolean;
          kind: string;
          metadata: Json;
          updated_at: string;
          user_id: string;
        };
        Insert: {
          agent_name: string;
          content: string;
          created_at?: string;
          embedding?: string | null;
          id?: string;
          is_untrusted?: boolean;
          kind?: string;
          metadata?: Json;
          updated_at?: string;
          user_id?: string;
        };
        Update: {
          agent_name?: string;
          content?: string;
          created_at?: string;
          embedding?: string | null;
          id?: string;
          is_untrusted?: boolean;
          kind?: string;
          metadata?: Json;
          updated_at?: string;
          user_id?: string;
        };
        Relationships: [];
      };
      agent_tools: {
        Row: {
          agent_id: string;
          approval: "auto" | "ask" | "ask_after_untrusted";
          config: Json;
          created_at: string;
          description: string;
          id: string;
          is_active: boolean;
          name: string;
          order: number;
          type: string;
          updated_at: string;
        };
        Insert: {
          agent_id: string;
          approval?: "auto" | "ask" | "ask_after_untrusted";
          config?: Json;
          created_at?: string;
          description?: string;
          id?: string;
          is_active?: boolean;
          name: string;
          order?: number;
          type?: string;
          updated_at?: string;
        };
        Update: {
          agent_id?: string;
          approval?: "auto" | "ask" | "ask_after_untrusted";
          config?: Json;
          created_at?: string;
          description?: string;
          id?: string;
          is_active?: boolean;
          name?: string;
          order?: number;
          type?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "agent_tools_agent_id_fkey";
            columns: ["agent_id"];
            isOneToOne: false;
            referencedRelation: "agent_configurations";
            referencedColumns: ["id"];
          },
        ];
      };
      chat_message_history: {
        Row: {
          created_at: string;
          id: number;
          message: Json;
          message_uuid: string;
          run_id: string | null;
          session_id: string;
          user_id: string;
          words: string | null;
        };
        Insert: {
          created_at?: string;
          id?: never;
          message: Json;
          message_uuid?: string;
          run_id?: string | null;
          session_id: string;
          user_id?: string;
          words?: never;
        };
        Update: {
          created_at?: string;
          id?: never;
          message?: Json;
          message_uuid?: string;
          run_id?: string | null;
          session_id?: string;
          user_id?: string;
          words?: never;
        };
        Relationships: [
          {
            foreignKeyName: "chat_message_history_run_id_session_id_fkey";
            columns: ["run_id", "session_id"];
            isOneToOne: false;
            referencedRelation: "chat_runs";
            referencedColumns: ["id", "chat_id"];
          },
          {
            foreignKeyName: "chat_message_history_session_id_user_id_fkey";
            columns: ["session_id", "user_id"];
            isOneToOne: false;
            referencedRelation: "chats";
            referencedColumns: ["id", "user_id"];
          },
        ];
      };
      chat_runs: {
        Row: {
          agent_id: string | null;
          agent_name: string;
          cancel_requested_at: string | null;
          chat_id: string | null;
          config_version: number | null;
          cost_usd: number | null;
          error: Json | null;
          finished_at: string | null;
          id: string;
          input_tokens: number | null;
          latency_ms: number | null;
          lease_expires_at: string | null;
          model: string | null;
          model_calls: number;
          output_tokens: number | null;
          parent_run_id: string | null;
          started_at: string;
          status: "running" | "completed" | "failed" | "cancelled" | "interrupted" | "waiting";
          tool_calls: number;
          tools: Json | null;
          total_tokens: number | null;
          user_id: string;
          user_message_uuid: string | null;
        };
        Insert: {
          agent_id?: string | null;
          agent_name: string;
          cancel_requested_at?: string | null;
          chat_id?: string | null;
          config_version?: number | null;
          cost_usd?: number | null;
          error?: Json | null;
          finished_at?: string | null;
          id?: string;
          input_tokens?: number | null;
          latency_ms?: number | null;
          lease_expires_at?: string | null;
          model?: string | null;
          model_calls?: number;
          output_tokens?: number | null;
          parent_run_id?: string | null;
          started_at?: string;
          status?: "running" | "completed" | "failed" | "cancelled" | "interrupted" | "waiting";
          tool_calls?: number;
          tools?: Json | null;
          total_tokens?: number | null;
          user_id?: string;
          user_message_uuid?: string | null;
        };
        Update: {
          agent_id?: string | null;
          agent_name?: string;
          cancel_requested_at?: string | null;
          chat_id?: string | null;
          config_version?: number | null;
          cost_usd?: number | null;
          error?: Json | null;
          finished_at?: string | null;
          id?: string;
          input_tokens?: number | null;
          latency_ms?: number | null;
          lease_expires_at?: string | null;
          model?: string | null;
          model_calls?: number;
          output_tokens?: number | null;
          parent_run_id?: string | null;
          started_at?: string;
          status?: "running" | "completed" | "failed" | "cancelled" | "interrupted" | "waiting";
          tool_calls?: number;
          tools?: Json | null;
          total_tokens?: number | null;
          user_id?: string;
          user_message_uuid?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "chat_runs_agent_id_fkey";
            columns: ["agent_id"];
            isOneToOne: false;
            referencedRelation: "agent_configurations";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "chat_runs_chat_id_user_id_fkey";
            columns: ["chat_id", "user_id"];
            isOneToOne: false;
            referencedRelation: "chats";
            referencedColumns: ["id", "user_id"];
          },
          {
            foreignKeyName: "chat_runs_parent_run_id_fkey";
            columns: ["parent_run_id"];
            isOneToOne: false;
            referencedRelation: "chat_runs";
            referencedColumns: ["id"];
          },
        ];
      };
      chat_sessions: {
        Row: {
          agent_name: string;
          chat_id: string;
          created_at: string;
          id: string;
          is_active: boolean;
          metadata: Json;
          updated_at: string;
          user_id: string;
        };
        Insert: {
          agent_name: string;
          chat_id: string;
          created_at?: string;
          id?: string;
          is_active?: boolean;
          metadata?: Json;
          updated_at?: string;
          user_id?: string;
        };
        Update: {
          agent_name?: string;
          chat_id?: string;
          created_at?: string;
          id?: string;
          is_active?: boolean;
          metadata?: Json;
          updated_at?: string;
          user_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "chat_sessions_chat_id_user_id_fkey";
            columns: ["chat_id", "user_id"];
            isOneToOne: false;
            referencedRelation: "chats";
            referencedColumns: ["id", "user_id"];
          },
        ];
      };
      chat_summaries: {
        Row: {
          chat_id: string;
          content: string;
          created_at: string;
          id: string;
          is_untrusted: boolean;
          model: string;
          up_to_message_id: number;
          updated_at: string;
          user_id: string;
        };
        Insert: {
          chat_id: string;
          content: string;
          created_at?: string;
          id?: string;
          is_untrusted: boolean;
          model: string;
          up_to_message_id: number;
          updated_at?: string;
          user_id: string;
        };
        Update: {
          chat_id?: string;
          content?: string;
          created_at?: string;
          id?: string;
          is_untrusted?: boolean;
          model?: string;
          up_to_message_id?: number;
          updated_at?: string;
          user_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "chat_summaries_chat_id_user_id_fkey";
            columns: ["chat_id", "user_id"];
            isOneToOne: false;
            referencedRelation: "chats";
            referencedColumns: ["id", "user_id"];
          },
        ];
      };
      chats: {
        Row: {
          agent_name: string;
          context: Json;
          created_at: string;
          forked_before: string | null;
          forked_from: string | null;
          id: string;
          is_archived: boolean;
          is_pinned: boolean;
          last_message_at: string | null;
          tags: string[];
          title: string | null;
          user_id: string;
        };
        Insert: {
          agent_name: string;
          context?: Json;
          created_at?: string;
          forked_before?: string | null;
          forked_from?: string | null;
          id?: string;
          is_archived?: boolean;
          is_pinned?: boolean;
          last_message_at?: string | null;
          tags?: string[];
          title?: string | null;
          user_id?: string;
        };
        Update: {
          agent_name?: string;
          context?: Json;
          created_at?: string;
          forked_before?: string | null;
          forked_from?: string | null;
          id?: string;
          is_archived?: boolean;
          is_pinned?: boolean;
          last_message_at?: string | null;
          tags?: string[];
          title?: string | null;
          user_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "chats_forked_from_user_id_fkey";
            columns: ["forked_from", "user_id"];
            isOneToOne: false;
            referencedRelation: "chats";
            referencedColumns: ["id", "user_id"];
          },
        ];
      };
      message_feedback: {
        Row: {
          chat_id: string;
          created_at: string;
          message_uuid: string;
          rating: "up" | "down";
          updated_at: string;
          user_id: string;
        };
        Insert: {
          chat_id: string;
          created_at?: string;
          message_uuid: string;
          rating: "up" | "down";
          updated_at?: string;
          user_id?: string;
        };
        Update: {
          chat_id?: string;
          created_at?: string;
          message_uuid?: string;
          rating?: "up" | "down";
          updated_at?: string;
          user_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "message_feedback_chat_id_message_uuid_fkey";
            columns: ["chat_id", "message_uuid"];
            isOneToOne: true;
            referencedRelation: "chat_message_history";
            referencedColumns: ["session_id", "message_uuid"];
          },
          {
            foreignKeyName: "message_feedback_chat_id_user_id_fkey";
            columns: ["chat_id", "user_id"];
            isOneToOne: false;
            referencedRelation: "chats";
            referencedColumns: ["id", "user_id"];
          },
        ];
      };
      model_prices: {
        Row: {
          input_usd_per_million: number;
          model: string;
          output_usd_per_million: number;
          updated_at: string;
        };
        Insert: {
          input_usd_per_million: number;
          model: string;
          output_usd_per_million: number;
          updated_at?: string;
        };
        Update: {
          input_usd_per_million?: number;
          model?: string;
          output_usd_per_million?: number;
          updated_at?: string;
        };
        Relationships: [];
      };
      notes: {
        Row: {
          content: string;
          created_at: string;
          id: string;
          is_pinned: boolean;
          tags: string[];
          title: string;
          updated_at: string;
          user_id: string;
        };
        Insert: {
          content?: string;
          created_at?: string;
          id?: string;
          is_pinned?: boolean;
          tags?: string[];
          title: string;
          updated_at?: string;
          user_id?: string;
        };
        Update: {
          content?: string;
          created_at?: string;
          id?: string;
          is_pinned?: boolean;
          tags?: string[];
          title?: string;
          updated_at?: string;
          user_id?: string;
        };
        Relationships: [];
      };
      pending_actions: {
        Row: {
          agent_name: string;
          arguments: Json;
          chat_id: string;
          created_at: string;
          decided_at: string | null;
          decided_by: string | null;
          decision_reason: string | null;
          expires_at: string | null;
          id: string;
          preview: Json | null;
          proposed_arguments: Json | null;
          result: Json | null;
          run_id: string;
          status: "pending" | "approved" | "rejected" | "executed" | "expired" | "failed";
          summary: string | null;
          tool_call_id: string;
          tool_hash: string | null;
          tool_id: string | null;
          tool_name: string;
          user_id: string;
        };
        Insert: {
          agent_name: string;
          arguments?: Json;
          chat_id: string;
          created_at?: string;
          decided_at?: string | null;
          decided_by?: string | null;
          decision_reason?: string | null;
          expires_at?: string | null;
          id?: string;
          preview?: Json | null;
          proposed_arguments?: Json | null;
          result?: Json | null;
          run_id: string;
          status?: "pending" | "approved" | "rejected" | "executed" | "expired" | "failed";
          summary?: string | null;
          tool_call_id: string;
          tool_hash?: string | null;
          tool_id?: string | null;
          tool_name: string;
          user_id?: string;
        };
        Update: {
          agent_name?: string;
          arguments?: Json;
          chat_id?: string;
          created_at?: string;
          decided_at?: string | null;
          decided_by?: string | null;
          decision_reason?: string | null;
          expires_at?: string | null;
          id?: string;
          preview?: Json | null;
          proposed_arguments?: Json | null;
          result?: Json | null;
          run_id?: string;
          status?: "pending" | "approved" | "rejected" | "executed" | "expired" | "failed";
          summary?: string | null;
          tool_call_id?: string;
          tool_hash?: string | null;
          tool_id?: string | null;
          tool_name?: string;
          user_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "pending_actions_chat_id_user_id_fkey";
            columns: ["chat_id", "user_id"];
            isOneToOne: false;
            referencedRelation: "chats";
            referencedColumns: ["id", "user_id"];
          },
          {
            foreignKeyName: "pending_actions_run_id_chat_id_fkey";
            columns: ["run_id", "chat_id"];
            isOneToOne: false;
            referencedRelation: "chat_runs";
            referencedColumns: ["id", "chat_id"];
          },
          {
            foreignKeyName: "pending_actions_tool_id_fkey";
            columns: ["tool_id"];
            isOneToOne: false;
            referencedRelation: "agent_tools";
            referencedColumns: ["id"];
          },
        ];
      };
      profiles: {
        Row: {
          avatar_url: string | null;
          created_at: string;
          display_name: string | null;
          id: string;
          locale: string | null;
          timezone: string;
          updated_at: string;
        };
        Insert: {
          avatar_url?: string | null;
          created_at?: string;
          display_name?: string | null;
          id: string;
          locale?: string | null;
          timezone?: string;
          updated_at?: string;
        };
        Update: {
          avatar_url?: string | null;
          created_at?: string;
          display_name?: string | null;
          id?: string;
          locale?: string | null;
          timezone?: string;
          updated_at?: string;
        };
        Relationships: [];
      };
      tasks: {
        Row: {
          category: string | null;
          completed_at: string | null;
          completion_note: string | null;
          created_at: string;
          description: string | null;
          due_date: string | null;
          id: string;
          motivation: string | null;
          notes: string | null;
          parent_task_id: string | null;
          position: number;
          priority: number;
          status: "pending" | "in_progress" | "completed" | "skipped" | "deferred";
          title: string;
          updated_at: string;
          user_id: string;
        };
        Insert: {
          category?: string | null;
          completed_at?: string | null;
          completion_note?: string | null;
          created_at?: string;
          description?: string | null;
          due_date?: string | null;
          id?: string;
          motivation?: string | null;
          notes?: string | null;
          parent_task_id?: string | null;
          position?: number;
          priority?: number;
          status?: "pending" | "in_progress" | "completed" | "skipped" | "deferred";
          title: string;
          updated_at?: string;
          user_id?: string;
        };
        Update: {
          category?: string | null;
          completed_at?: string | null;
          completion_note?: string | null;
          created_at?: string;
          description?: string | null;
          due_date?: string | null;
          id?: string;
          motivation?: string | null;
          notes?: string | null;
          parent_task_id?: string | null;
          position?: number;
          priority?: number;
          status?: "pending" | "in_progress" | "completed" | "skipped" | "deferred";
          title?: string;
          updated_at?: string;
          user_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "tasks_parent_task_id_user_id_fkey";
            columns: ["parent_task_id", "user_id"];
            isOneToOne: false;
            referencedRelation: "tasks";
            referencedColumns: ["id", "user_id"];
          },
        ];
      };
      tool_consents: {
        Row: {
          agent_name: string;
          created_at: string;
          tool_hash: string;
          tool_id: string;
          tool_name: string;
          user_id: string;
        };
        Insert: {
          agent_name: string;
          created_at?: string;
          tool_hash: string;
          tool_id: string;
          tool_name: string;
          user_id: string;
        };
        Update: {
          agent_name?: string;
          created_at?: string;
          tool_hash?: string;
          tool_id?: string;
          tool_name?: string;
          user_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "tool_consents_tool_id_fkey";
            columns: ["tool_id"];
            isOneToOne: false;
            referencedRelation: "agent_tools";
            referencedColumns: ["id"];
          },
        ];
      };
      user_agent_prompt_customizations: {
        Row: {
          agent_name: string;
          content: string;
          created_at: string;
          customization_type: string;
          id: string;
          is_active: boolean;
          priority: number;
          updated_at: string;
          user_id: string;
        };
        Insert: {
          agent_name: string;
          content: string;
          created_at?: string;
          customization_type?: string;
          id?: string;
          is_active?: boolean;
          priority?: number;
          updated_at?: string;
          user_id?: string;
        };
        Update: {
          agent_name?: string;
          content?: string;
          created_at?: string;
          customization_type?: string;
          id?: string;
          is_active?: boolean;
          priority?: number;
          updated_at?: string;
          user_id?: string;
        };
        Relationships: [];
      };
      user_credentials: {
        Row: {
          ciphertext: string;
          created_at: string;
          id: string;
          name: string;
          updated_at: string;
          user_id: string;
        };
        Insert: {
          ciphertext: string;
          created_at?: string;
          id?: string;
          name: string;
          updated_at?: string;
          user_id?: string;
        };
        Update: {
          ciphertext?: string;
          created_at?: string;
          id?: string;
          name?: string;
          updated_at?: string;
          user_id?: string;
        };
        Relationships: [];
      };
      user_tool_preferences: {
        Row: {
          approval: "auto" | "ask";
          created_at: string;
          id: string;
          tool_id: string;
          updated_at: string;
          user_id: string;
        };
        Insert: {
          approval: "auto" | "ask";
          created_at?: string;
          id?: string;
          tool_id: string;
          updated_at?: string;
          user_id?: string;
        };
        Update: {
          approval?: "auto" | "ask";
          created_at?: string;
          id?: string;
          tool_id?: string;
          updated_at?: string;
          user_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "user_tool_preferences_tool_id_fkey";
            columns: ["tool_id"];
            isOneToOne: false;
            referencedRelation: "agent_tools";
            referencedColumns: ["id"];
          },
        ];
      };
      user_usage: {
        Row: {
          agent_name: string;
          cost_usd: number;
          day: string;
          input_tokens: number;
          model_calls: number;
          output_tokens: number;
          runs: number;
          tool_calls: number;
          user_id: string;
        };
        Insert: {
          agent_name: string;
          cost_usd?: number;
          day: string;
          input_tokens?: number;
          model_calls?: number;
          output_tokens?: number;
          runs?: number;
          tool_calls?: number;
          user_id: string;
        };
        Update: {
          agent_name?: string;
          cost_usd?: number;
          day?: string;
          input_tokens?: number;
          model_calls?: number;
          output_tokens?: number;
          runs?: number;
          tool_calls?: number;
          user_id?: string;
        };
        Relationships: [];
      };
    };
    Views: { [_ in never]: never };
    Functions: {
      message_text: {
        Args: {
          message: Json;
        };
        Returns: string;
      };
      search_messages: {
        Args: {
          p_query: string;
          p_limit?: number;
          p_before?: number;
        };
        Returns: {
          message_id: number;
          message_uuid: string;
          chat_id: string;
          title: string;
          agent_name: string;
          type: string;
          snippet: string;
          created_at: string;
        }[];
      };
      separated_words: {
        Args: {
          content: string;
        };
        Returns: string;
      };
    };
    Enums: { [_ in never]: never };
    CompositeTypes: { [_ in never]: never };
  };
};
