internal import Crypto
internal import Film
internal import Identity
internal import Platform
internal import Postgres
internal import Queue
internal import Storage

/// What the handlers of one process share.
struct Services: Sendable {
    let settings: Settings
    let log: Log
    let database: Database
    let schema: SchemaGate
    let flags: FeatureFlags
    let identity: IdentityService
    let clips: Clips
    let stories: Stories
    let seasons: Seasons
    let rounds: Rounds
    let uploads: Uploads
    let storage: LocalStorage
    let uploadSigner: UploadSigner
        queue = Queue(database)
