import clsx from "clsx";
import { type ComponentType, lazy, Suspense, useEffect, useRef } from "react";
import { Navigate, NavLink, Route, Routes, useLocation } from "react-router";
import { PageFrame } from "@/components/PageFrame";
import { Section, Waiting } from "@/components/settings/Section";
import { settingsTexts } from "@/lib/texts/settings";

interface SettingsSection {
  path: string;
  title: string;
  lead: string;
  Content: ComponentType;
}

const SECTIONS: readonly SettingsSection[] = [
  {
    path: "profile",
    title: settingsTexts.profile.title,
    lead: settingsTexts.profile.lead,
    Content: lazy(() => import("@/components/settings/ProfileSettings")),
  },
  {
    path: "instructions",
    title: settingsTexts.instructions.title,
    lead: settingsTexts.instructions.lead,
    Content: lazy(() => import("@/components/settings/InstructionsSettings")),
  },
  {
    path: "memory",
    title: settingsTexts.memory.title,
    lead: settingsTexts.memory.lead,
    Content: lazy(() => import("@/components/settings/MemorySettings")),
  },
  {
    path: "permissions",
    title: settingsTexts.permissions.title,
    lead: settingsTexts.permissions.lead,
    Content: lazy(() => import("@/components/settings/PermissionsSettings")),
  },
  {
    path: "appearance",
    title: settingsTexts.appearance.title,
    lead: settingsTexts.appearance.lead,
    Content: lazy(() => import("@/components/settings/AppearanceSettings")),
  },
  {
    path: "usage",
    title: settingsTexts.usage.title,
    lead: settingsTexts.usage.lead,
    Content: lazy(() => import("@/components/settings/UsageSettings")),
  },
  {
    path: "data",
    title: settingsTexts.data.title,
    lead: settingsTexts.data.exportLead,
    Content: lazy(() => import("@/components/settings/DataSettings")),
  },
];

/** A section, or its place until its script is there. */
function Loading({ section: { title, lead, Content } }: { section: SettingsSection }) {
  return (
    <Suspense
      fallback={
        <Section title={title} lead={lead}>
          <Waiting />
        </Section>
      }
    >
      <Content />
    </Suspense>
  );
}

/** Each section has an address of its own, and is loaded when it is gone to. */
export default function SettingsPage() {
  const { pathname } = useLocation();
  const nav = useRef<HTMLElement>(null);
  // Where there is no room for all of them they are in one line, of which a part is seen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: which one is current follows the address
  useEffect(() => {
    nav.current?.querySelector("[aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [pathname]);
  return (
    <PageFrame title={settingsTexts.title}>
      <div className="mx-auto flex max-w-4xl flex-col gap-6 px-4 py-6 lg:flex-row lg:gap-10">
        <nav
          ref={nav}
          aria-label={settingsTexts.sections}
          className="-mx-4 flex shrink-0 gap-1 overflow-x-auto px-4 pb-1 lg:mx-0 lg:w-44 lg:flex-col lg:px-0"
        >
          {SECTIONS.map(({ path, title }) => (
            <NavLink
              key={path}
              to={`/settings/${path}`}
              className={({ isActive }) =>
                clsx(
                  "flex h-9 shrink-0 items-center whitespace-nowrap rounded-lg px-3 text-sm hover:bg-hover",
                  isActive ? "bg-hover font-medium text-ink" : "text-soft",
                )
              }
            >
              {title}
            </NavLink>
          ))}
        </nav>
        <div className="min-w-0 flex-1 pb-16">
          <Routes>
            {SECTIONS.map((section) => (
              <Route key={section.path} path={section.path} element={<Loading section={section} />} />
            ))}
            <Route path="*" element={<Navigate to="/settings/profile" replace />} />
          </Routes>
        </div>
      </div>
    </PageFrame>
  );
}
