/**
 * What one check says for all its findings.
 * @typedef {object} Check
 * @property {string} id
 * @property {string} title
 * @property {string} rationale
 * @property {string} severity
 * @property {string} service
 * @property {string} resource_type
 * @property {string[]} references
 * @property {Fix} fix
 * @property {Record<string, unknown>} parameters
 * @property {string[]} facts
 * @property {string[]} controls
 */

/**
 * @typedef {object} Fix
 * @property {string} text
 * @property {string} cli
 * @property {string} terraform
 * @property {string} cloudformation
 * @property {boolean} downtime
 * @property {boolean} replacement
 * @property {boolean} cost
 */

/**
 * One value per finding and property; all but notes and fingerprint are numbers of entries in the core's lists.
 * @typedef {object} Columns
 * @property {number[]} check
 * @property {number[]} status
 * @property {number[]} severity
 * @property {number[]} account
 * @property {number[]} region
 * @property {number[]} service
 * @property {number[]} owner
 * @property {number[]} change
 * @property {number[]} since
 * @property {number[]} resource
 * @property {string[][]} notes
 * @property {string[]} fingerprint
 */

/**
 * A resource: its type, id, ARN and name.
 * @typedef {[type: string, id: string, arn: string, name: string]} Identity
 */

/**
 * A framework's control; its findings are those of its checks.
 * @typedef {object} Control
 * @property {string} id
 * @property {string} title
 * @property {string} status
 * @property {number} level 0 where the framework has none
 * @property {string} severity empty where the framework has none
 * @property {number[]} checks
 * @property {string[]} others the ids of its checks that were not run
 * @property {number} failing
 * @property {number} unknown
 * @property {string} manual
 * @property {string} uncovered
 */

/**
 * @typedef {object} Framework
 * @property {string} id
 * @property {string} title
 * @property {string} source where it is published
 * @property {Control[]} controls
 */

/**
 * What the list needs of all findings.
 * @typedef {object} Core
 * @property {number} chunk how many findings share a chunk of details
 * @property {string} day when the audit was, such as `2025-11-21`
 * @property {Check[]} checks
 * @property {Framework[]} frameworks
 * @property {string[]} statuses
 * @property {string[]} severities
 * @property {string[]} accounts
 * @property {string[]} regions
 * @property {string[]} services
 * @property {string[]} owners
 * @property {string[]} changes what a failure is against the last audit; one empty text where that is not known
 * @property {string[]} days since when a failure is known; the first is empty
 * @property {Identity[]} resources
 * @property {string[]} others the ARNs of neighbours that no finding is about, numbered after the resources
 * @property {[number, number][]} neighbours
 * @property {Columns} columns
 */

/**
 * A value that decided a finding; the resource is empty where it is the finding's own.
 * @typedef {[fact: string, value: unknown, operation: string, at: string, resource: string, cut: boolean]} Evidence
 */

/**
 * @typedef {object} Refusal
 * @property {string} operation
 * @property {string} permission
 * @property {string} code
 * @property {string} message
 * @property {string} remedy
 */

/**
 * What only an opened finding shows.
 * @typedef {object} Detail
 * @property {{summary: string, found: unknown, expected: string, chain: Link[]}[]} problems
 * @property {Evidence[]} evidence
 * @property {Refusal | null} unseen
 * @property {string} error
 * @property {string} fix
 * @property {Record<string, unknown>} parameters
 * @property {Record<string, string>} tags
 * @property {{reason: string, owner: string, expires: string} | null} accepted
 * @property {string | null} known_since
 * @property {string | null} first_seen
 * @property {string | null} failing_since
 */

/**
 * A step of a way through the account.
 * @typedef {object} Link
 * @property {string} source
 * @property {string} target
 * @property {string} step how, in words
 * @property {string} path the id of the published path that it is, if it is one
 * @property {string[]} proof
 * @property {boolean} certain
 */

/**
 * A way that a failure tells of.
 * @typedef {object} Way
 * @property {number} finding
 * @property {string} summary
 * @property {Link[]} chain
 */

/** @typedef {"severity" | "status" | "change" | "service" | "owner" | "region" | "account"} FacetKey */

/**
 * All that the address keeps.
 * @typedef {object} State
 * @property {string} view
 * @property {string} query
 * @property {Record<FacetKey, string[]>} chosen an empty list chooses everything
 * @property {string[]} checks
 * @property {string} control
 * @property {string} group
 * @property {string} sort
 * @property {boolean} descending
 * @property {string} finding the fingerprint of the open finding
 * @property {string} resource the ARN of the open resource
 * @property {string} framework the one whose controls are shown, empty for none
 * @property {string} controls the status of the controls shown, empty for all
 */

/**
 * Findings that share a value of the grouping property.
 * @typedef {object} Group
 * @property {number} value
 * @property {string} label
 * @property {string} sub
 * @property {number[]} rows
 * @property {number[]} severities how many failures of each severity
 */
