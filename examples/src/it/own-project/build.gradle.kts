// For Gradle 9.1 or later, the first that knows Java 25: gradle run --args="…", gradle test
plugins {
    application
}

repositories {
    mavenLocal {
        content { includeGroup("dev.sluice") }
    }
    mavenCentral()
}

java {
    toolchain {
        languageVersion = JavaLanguageVersion.of(25)
    }
}

dependencies {
    implementation("dev.sluice:sluice-core:0.1.0-SNAPSHOT")
    // The best of these that opens is used.
    runtimeOnly("dev.sluice:sluice-backend-vector:0.1.0-SNAPSHOT")
    runtimeOnly("dev.sluice:sluice-backend-scalar:0.1.0-SNAPSHOT")
    testImplementation(platform("org.junit:junit-bom:5.13.4"))
    testImplementation("org.junit.jupiter:junit-jupiter")
    testRuntimeOnly("org.junit.platform:junit-platform-launcher")
}

// What the vector backend needs; without it, programs and tests run on scalar.
val javaOptions = listOf("--add-modules", "jdk.incubator.vector")

application {
    mainClass = "com.example.Dates"
    applicationDefaultJvmArgs = javaOptions
}

tasks.test {
    useJUnitPlatform()
    jvmArgs(javaOptions)
}
