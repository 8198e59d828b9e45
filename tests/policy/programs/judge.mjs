// Reads {simulations, policies} as JSON from stdin; writes {decisions, findings} to stdout, each in the order given.
import { lintPolicy, lintResourcePolicy, validateEndpointPolicy, validateIdentityPolicy, validateTrustPolicy } from '@cloud-copilot/iam-policy'
import { runSimulation } from '@cloud-copilot/iam-simulate'
import { text } from 'node:stream/consumers'

const DECISIONS = { Allowed: 'allowed', ExplicitlyDenied: 'explicitDeny', ImplicitlyDenied: 'implicitDeny' }
const LINTERS = {
  identity: [validateIdentityPolicy, lintPolicy],
  resource: [lintResourcePolicy],
  trust: [validateTrustPolicy, lintPolicy],
  endpoint: [validateEndpointPolicy, lintPolicy],
}

async function decided(simulation) {
  const answer = await runSimulation(simulation, {})
  return DECISIONS[answer.overallResult] ?? `error: ${JSON.stringify(answer.errors)}`
}

function found({ kind, policy }) {
  const findings = LINTERS[kind].flatMap((lint) => lint(policy)).map(({ path, message }) => `${path}: ${message}`)
  return [...new Set(findings)]
}

const asked = JSON.parse(await text(process.stdin))
const decisions = []
for (const simulation of asked.simulations) decisions.push(await decided(simulation))
process.stdout.write(JSON.stringify({ decisions, findings: asked.policies.map(found) }))
