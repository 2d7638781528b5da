// What the app is built on, made once from the configuration and handed down.
import { createContext, useContext } from "react";
import type { Config } from "./config";
import { createSupabase, type Supabase } from "./supabase";

export interface Services {
  config: Config;
  supabase: Supabase;
}

export function createServices(config: Config): Services {
  return { config, supabase: createSupabase(config) };
}

const ServicesContext = createContext<Services | null>(null);

export const ServicesProvider = ServicesContext.Provider;

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error("useServices() outside of <ServicesProvider>");
  return services;
}
