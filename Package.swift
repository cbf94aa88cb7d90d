// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .strictMemorySafety(),
]

/// The targets that wrap a C library are the only ones in which unsafe constructs are ordinary.
let wrapper: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

func cLibrary(_ name: String, pkgConfig: String, package: String) -> Target {
    .systemLibrary(name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

func wrapping(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/\(name)", swiftSettings: wrapper)
}

func domain(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/\(name)", swiftSettings: strict)
}

func handlers(_ group: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(
        name: "\(group)Handlers",
        dependencies: ["HTTP"] + dependencies,
        path: "Sources/Handlers/\(group)",
        swiftSettings: strict)
}

func executable(_ name: String, path: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Sources/\(path)", swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: wrapper)
}

let package = Package(
    name: "dailies",
    products: [
        .executable(name: "dailies-host", targets: ["dailies-host"]),
        .executable(name: "dailies-jobs", targets: ["dailies-jobs"]),
        .executable(name: "dailies", targets: ["dailies"]),
    ],
    targets: [
        cLibrary("CFastCGI", pkgConfig: "fcgi", package: "libfcgi-dev"),
        cLibrary("CPostgres", pkgConfig: "libpq", package: "libpq-dev"),
        cLibrary("CCurl", pkgConfig: "libcurl", package: "libcurl4-openssl-dev"),
        cLibrary("COpenSSL", pkgConfig: "libcrypto", package: "libssl-dev"),
        cLibrary("CSystemd", pkgConfig: "libsystemd", package: "libsystemd-dev"),
        .systemLibrary(name: "CLinux", path: "Sources/System/CLinux"),
        // Debian's libjemalloc-dev, and what it begins with.
        .target(
            name: "CJemalloc", path: "Sources/System/CJemalloc", linkerSettings: [.linkedLibrary("jemalloc")]),

        domain("Text", []),
        domain("Metrics", []),
        domain("Arguments", ["Text"]),
        wrapping("Logging", ["CSystemd", "Text"]),
        wrapping("Platform", ["CLinux", "CSystemd"]),
        domain("Configuration", ["Logging", "Platform", "Text"]),
        wrapping("Crypto", ["COpenSSL"]),
        wrapping("HTTPClient", ["CCurl", "Text"]),
        wrapping("Postgres", ["Configuration", "CPostgres", "Logging", "Metrics", "Platform", "Text"]),
        // jemalloc is linked and not imported: it replaces the allocator of each program that serves (docs/adr/0022).
        wrapping("FastCGI", ["CFastCGI", "CJemalloc", "CLinux", "HTTP", "Logging", "Platform", "Text"]),
        domain("HTTP", ["Crypto", "Logging", "Metrics", "Platform", "Text"]),
        domain("HTML", []),
        wrapping("Status", ["CLinux", "Logging", "Metrics", "Platform"]),
        domain("Refusals", ["Postgres"]),
        domain("Queue", ["Logging", "Platform", "Postgres", "Text"]),
        domain(
            "ErrorReports", ["Configuration", "HTTPClient", "Logging", "Platform", "Postgres", "Queue", "Text"]),
        domain("Realtime", ["Configuration", "HTTPClient", "Postgres", "Queue", "Text"]),
        domain("Media", ["Configuration", "Platform", "Text"]),
        domain("Storage", ["Configuration", "Crypto", "HTTPClient", "Logging", "Platform", "Text"]),
        domain("Disk", ["Configuration", "Platform", "Postgres", "Storage", "Text"]),
        domain("Backup", ["Configuration", "Crypto", "Disk", "Platform", "Postgres", "Storage", "Text"]),
        domain("Mail", ["Configuration", "Crypto", "HTTPClient", "Platform", "Text"]),
        domain("Contact", ["Configuration", "Postgres", "Text"]),
        domain("Captcha", ["Configuration", "HTTPClient", "Postgres", "Refusals", "Text"]),
        domain("Limits", ["Configuration", "Logging", "Platform", "Postgres", "Text"]),
        domain("Audit", ["Postgres"]),
        domain("Flags", ["Crypto", "Postgres", "Refusals"]),
        domain("Tally", []),
        domain("Ratings", []),
        domain(
            "Webhooks",
            [
                "Configuration", "Crypto", "HTTPClient", "Logging", "Platform", "Postgres", "Queue", "Refusals", "Text",
            ]),
        domain("Providers", ["Configuration", "Crypto", "HTTPClient", "Platform", "Text"]),
        domain("Money", []),
        domain("Catalog", ["Configuration", "Crypto", "Money", "Postgres", "Refusals", "Text"]),
        domain("Credits", ["Postgres", "Refusals"]),
        domain("Push", ["Configuration", "Crypto", "HTTPClient", "Text"]),
        domain(
            "Notifications",
            ["Crypto", "Logging", "Platform", "Postgres", "Push", "Queue", "Refusals", "Text"]),
        domain("Games", ["Postgres"]),
        domain("Identity", ["Configuration", "Crypto", "Platform", "Postgres", "Refusals", "Text"]),
        domain("People", ["Postgres", "Refusals"]),
        domain("SignIn", ["Configuration", "Crypto", "HTTPClient", "Identity", "Postgres", "Refusals", "Text"]),
        domain(
            "Film",
            [
                "Configuration", "Crypto", "Games", "Logging", "Media", "Metrics", "Platform", "Postgres", "Queue",
                "Realtime", "Refusals",
                "Storage", "Text",
            ]),
        domain(
            "Generation",
            [
                "Catalog", "Configuration", "Crypto", "Film", "Logging", "Media", "Money", "Platform", "Postgres",
                "Providers", "Queue", "Realtime", "Refusals", "Storage", "Text",
            ]),
        domain(
            "Comparisons",
            ["Catalog", "Generation", "Money", "Platform", "Postgres", "Ratings", "Refusals", "Storage", "Text"]),
        domain("Comments", ["Platform", "Postgres", "Refusals", "Text"]),
        domain(
            "Battles",
            ["Logging", "Media", "Money", "Platform", "Postgres", "Queue", "Ratings", "Refusals", "Storage", "Text"]),
        domain("Analytics", ["Battles", "Logging", "Money", "Postgres", "Queue"]),
        domain(
            "Installation",
            [
                "Backup", "Captcha", "Catalog", "Configuration", "Contact", "Disk", "ErrorReports", "Film",
                "Generation", "Identity", "Limits", "Logging", "Mail", "Media",
                "Postgres", "Providers", "Push", "Realtime", "SignIn", "Storage", "Text", "Webhooks",
            ]),

        .target(
            name: "SharedHandlers",
            dependencies: [
                "Disk", "Film", "Generation", "HTTP", "Identity", "Limits", "Logging", "Money", "Postgres", "Refusals",
                "Storage",
                "Text",
            ],
            path: "Sources/Handlers/Shared",
            swiftSettings: strict),
        handlers("Voting", ["Crypto", "Film", "Identity", "Refusals", "SharedHandlers", "Text"]),
        handlers("Story", ["Film", "Identity", "Refusals", "SharedHandlers"]),
        handlers(
            "Clips",
            ["Captcha", "Film", "Games", "Identity", "People", "Postgres", "SharedHandlers", "Storage", "Text"]),
        handlers(
            "Uploads",
            [
                "Comparisons", "Disk", "Film", "Generation", "Logging", "Money", "Refusals", "SharedHandlers",
                "Storage",
                "Text",
            ]),
        handlers(
            "Auth",
            [
                "Captcha", "Configuration", "Crypto", "Identity", "Limits", "Logging", "Notifications", "People",
                "Postgres", "Refusals", "SharedHandlers", "SignIn", "Text",
            ]),
        handlers(
            "Admin",
            [
                "Audit", "Film", "Flags", "Identity", "Limits", "Postgres", "Refusals", "SharedHandlers", "Text",
                "Webhooks",
            ]),
        handlers(
            "Studio",
            [
                "Film", "Generation", "Logging", "Money", "Platform", "Postgres", "Providers", "Refusals",
                "SharedHandlers",
                "Storage",
                "Text",
            ]),
        handlers(
            "Models",
            [
                "Analytics", "Battles", "Catalog", "Credits", "Generation", "Logging", "Money", "Postgres",
                "SharedHandlers", "Text",
            ]),
        handlers(
            "Comparisons",
            [
                "Catalog", "Comparisons", "Generation", "Identity", "Money", "Platform", "Postgres", "SharedHandlers",
                "Storage", "Text",
            ]),
        handlers(
            "Battles", ["Battles", "Identity", "Money", "Postgres", "Refusals", "SharedHandlers", "Storage", "Text"]),
        handlers("Comments", ["Comments", "Film", "Postgres", "SharedHandlers", "Text"]),
        handlers("System", ["Contact", "Flags", "Logging", "Platform", "SharedHandlers", "Text"]),
        handlers(
            "Pages",
            [
                "Analytics", "Battles", "Catalog", "Comparisons", "Credits", "Crypto", "Film", "Games", "Generation",
                "HTML",
                "Money", "Notifications", "People", "Postgres", "Providers", "Ratings", "Refusals", "Storage", "Text",
            ]),

        // Only programs import it: it is where the groups meet.
        domain(
            "Composition",
            [
                "AdminHandlers", "Analytics", "Audit", "AuthHandlers", "Backup", "Battles", "BattlesHandlers",
                "Captcha",
                "Catalog", "ClipsHandlers", "Comments", "CommentsHandlers", "Comparisons", "ComparisonsHandlers",
                "Configuration", "Contact", "Credits",
                "Crypto", "Disk",
                "Film", "Flags", "Games", "Generation", "HTTP", "Identity", "Installation",
                "Limits", "Logging", "Mail", "Metrics", "ModelsHandlers", "Notifications", "PagesHandlers", "People",
                "Platform",
                "Postgres",
                "Providers", "Push",
                "Queue", "SharedHandlers", "SignIn", "Storage", "StoryHandlers", "StudioHandlers", "SystemHandlers",
                "UploadsHandlers",
                "Text", "VotingHandlers", "Webhooks",
            ]),
        executable(
            "dailies-host", path: "FCGIHost",
            [
                "Arguments", "Composition", "Configuration", "ErrorReports", "FastCGI", "HTTP", "Installation",
                "Logging",
                "Metrics", "Platform", "Postgres", "Status", "Text",
            ]),
        executable(
            "dailies-jobs", path: "Jobs",
            [
                "Analytics", "Arguments", "Battles", "Catalog", "Comments", "Comparisons", "Configuration", "Contact",
                "Crypto", "Disk", "ErrorReports",
                "Film", "Games", "Generation", "Identity",
                "Installation",
                "Limits", "Logging", "Mail", "Media", "Notifications",
                "People", "Platform", "Postgres", "Providers", "Push", "Queue", "Realtime", "Storage", "Text",
                "Webhooks",
            ]),
        executable(
            "dailies", path: "CommandLine",
            [
                "Analytics", "Arguments", "Backup", "Battles", "Catalog", "Comments", "Comparisons", "Composition",
                "Configuration",
                "Credits", "Crypto", "Disk", "ErrorReports", "Film", "Flags", "Games", "Generation", "HTTP",
                "HTTPClient",
                "Identity",
                "Installation", "Logging", "Mail", "Media", "ModelsHandlers", "Notifications", "People", "Platform",
                "Postgres", "Queue",
                "Ratings",
                "Realtime",
                "Refusals", "Storage", "StudioHandlers", "Tally",
                "Text",
            ]),

        .executableTarget(
            name: "bench-queue", dependencies: ["Platform", "Postgres", "Queue"],
            path: "benchmarks/Queue",
            swiftSettings: strict),
        .executableTarget(
            name: "bench-voters",
            dependencies: [
                "Configuration", "Film", "HTTP", "Identity", "Installation", "Platform", "Postgres", "Text",
            ],
            path: "benchmarks/Voters", swiftSettings: strict),
        .executableTarget(
            name: "bench-lone", dependencies: ["Film", "Logging", "Platform", "Postgres"],
            path: "benchmarks/Lone",
            swiftSettings: strict),
        .executableTarget(
            name: "bench-film", dependencies: ["Media"],
            path: "benchmarks/Film",
            swiftSettings: strict),
        .executableTarget(
            name: "bench-ratings", dependencies: ["Ratings"],
            path: "benchmarks/Ratings",
            swiftSettings: strict),
        .executableTarget(
            name: "bench-echo", dependencies: ["FastCGI", "HTTP", "Logging", "Platform"],
            path: "benchmarks/Echo",
            swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: ["Platform", "Postgres"],
            path: "Tests/TestSupport",
            swiftSettings: wrapper),
        tests("ArgumentsTests", ["Arguments", "dailies", "dailies-host", "dailies-jobs", "HTTP", "Tally", "Text"]),
        tests(
            "ConfigurationTests",
            [
                "Configuration", "Film", "Identity", "Installation", "Logging", "Postgres", "Storage", "TestSupport",
                "Text",
            ]),
        tests("PlatformTests", ["CLinux", "Crypto", "HTTPClient", "Logging", "Platform", "TestSupport", "Text"]),
        tests("PostgresTests", ["Logging", "Platform", "Postgres", "TestSupport"]),
        tests("HTTPTests", ["HTML", "HTTP", "Logging", "Platform", "Text"]),
        tests("FastCGITests", ["FastCGI", "Platform", "TestSupport"]),
        tests("ErrorReportsTests", ["ErrorReports", "Logging", "Platform"]),
        tests("QueueTests", ["Platform", "Postgres", "Queue", "Realtime", "TestSupport", "Text"]),
        tests("MediaTests", ["Crypto", "Media", "Platform", "Storage", "TestSupport", "Text"]),
        tests(
            "PagesTests",
            [
                "Analytics", "Battles", "Comparisons", "Film", "Games", "Generation", "HTTP", "Money", "Notifications",
                "PagesHandlers", "People", "Postgres",
            ]),
        tests("CompositionTests", ["Composition", "HTTP", "TestSupport"]),
        tests(
            "FilmTests",
            [
                "Crypto", "Film", "Games", "HTTP", "Logging", "Media", "Platform", "Postgres", "Queue", "Realtime",
                "Refusals",
                "Storage", "Tally", "TestSupport", "Text",
            ]),
        tests("FlagsTests", ["Flags", "Postgres", "Refusals", "TestSupport"]),
        tests("LimitsTests", ["Limits", "Logging", "Postgres", "TestSupport", "Text"]),
        tests("ProvidersTests", ["Providers"]),
        tests(
            "GenerationTests",
            [
                "Catalog", "Credits", "Generation", "Money", "Platform", "Postgres", "Providers", "Realtime",
                "Refusals",
                "TestSupport", "Text",
            ]),
        tests(
            "ComparisonsTests",
            ["Catalog", "Comparisons", "Generation", "Money", "Postgres", "Ratings", "Refusals", "TestSupport"]),
        tests(
            "CommentsTests", ["Comments", "Postgres", "TestSupport"]),
        tests("DiskTests", ["Disk", "Postgres", "TestSupport"]),
        tests("BackupTests", ["Backup", "Crypto"]),
        tests("TallyTests", ["Tally"]),
        tests(
            "BattlesTests",
            ["Battles", "Money", "Postgres", "Refusals", "Storage", "TestSupport", "Text"]),
        tests("RatingsTests", ["Ratings", "TestSupport"]),
        tests(
            "AnalyticsTests", ["Analytics", "Battles", "Money", "Postgres", "TestSupport"]),
        tests(
            "CatalogTests",
            ["Catalog", "Credits", "Money", "Postgres", "Refusals", "TestSupport"]),
        tests(
            "IdentityTests",
            ["Audit", "Configuration", "Identity", "Platform", "Postgres", "Refusals", "TestSupport", "Text"]),
        tests("PeopleTests", ["People", "Platform", "Postgres", "Refusals", "TestSupport"]),
        tests(
            "SignInTests",
            [
                "Configuration", "Crypto", "Identity", "Platform", "Postgres", "Refusals", "SignIn", "TestSupport",
                "Text",
            ]),
        tests("PushTests", ["Crypto", "Push", "Text"]),
        tests(
            "NotificationsTests",
            ["Crypto", "Notifications", "Postgres", "Push", "TestSupport", "Text"]),
        tests(
            "WebhooksTests",
            ["Crypto", "HTTPClient", "Postgres", "Queue", "Refusals", "TestSupport", "Text", "Webhooks"]),
        tests("MailTests", ["Captcha", "Configuration", "Contact", "HTTPClient", "Identity", "Mail", "Text"]),
        tests(
            "IntegrationTests",
            [
                "AdminHandlers", "AuthHandlers", "ClipsHandlers", "Comments", "CommentsHandlers", "Comparisons",
                "Composition", "Configuration",
                "Crypto", "Disk",
                "Film", "Flags", "Games", "Generation", "HTTP", "HTTPClient", "Identity", "Installation", "Logging",
                "Media",
                "Notifications",
                "PagesHandlers", "Platform", "Postgres", "Queue", "Refusals", "SharedHandlers", "Storage",
                "StoryHandlers", "TestSupport", "Text", "UploadsHandlers", "VotingHandlers",
            ]),
    ]
)
