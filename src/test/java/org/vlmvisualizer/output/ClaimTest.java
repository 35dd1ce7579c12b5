package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.ProcessMark;

/** One run at a time has a picture; that of a dead run is free. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class ClaimTest {
  @TempDir Path folder;

  private Path file() {
    return folder.resolve(".vlm-visualizer-a-png.claim");
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    Files.deleteIfExists(file());
    Claim claim = Claim.take(folder, "a-png");
    claim.finish();
    claim.close();
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void oneHasItAtATime() {
    try (Claim claim = Claim.take(folder, "a-png")) {
      claim.check();
      assertNull(Claim.take(folder, "a-png"));
      Claim.take(folder, "b-png").close();
    }
    Claim.take(folder, "a-png").close();
    Claim.take(folder, "细胞".repeat(40) + "-png").close();
  }

  @Test
  void ofARunningProgramItIsNotTaken() throws Exception {
    Process other = Marks.start();
    try {
      Files.writeString(file(), Marks.of(other));
      assertNull(Claim.take(folder, "a-png"));
      // However long ago it was written: a laptop sleeps.
      Files.setLastModifiedTime(file(), FileTime.from(Instant.now().minus(Duration.ofDays(2))));
      assertNull(Claim.take(folder, "a-png"));
    } finally {
      other.destroyForcibly().waitFor();
    }
    Claim.take(folder, "a-png").close();
  }

  @Test
  void ofAnEarlierProgramWithTheSameNumberItIsTaken() throws Exception {
    Files.writeString(file(), Marks.earlier());
    Claim.take(folder, "a-png").close();
  }

  @Test
  void ofAnotherComputerItIsTakenOnceItIsOld() throws Exception {
    Files.writeString(file(), Marks.onAnotherComputer());
    assertNull(Claim.take(folder, "a-png"));
    Files.setLastModifiedTime(file(), FileTime.from(Instant.now().minus(Duration.ofMinutes(6))));
    Claim.take(folder, "a-png").close();
  }

  @Test
  void ofManyThatFindADeadOneFewerThanTwoTakeIt() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try {
      for (int round = 0; round < 50; round++) {
        Files.writeString(file(), Marks.earlier());
        var takers =
            IntStream.range(0, 8)
                .<java.util.concurrent.Callable<Claim>>mapToObj(
                    i -> () -> Claim.take(folder, "a-png"))
                .toList();
        int taken = 0;
        for (Future<Claim> taker : pool.invokeAll(takers)) {
          if (taker.get() != null) {
            taken++;
            taker.get().close();
          }
        }
        assertEquals(1, taken, "in round " + round);
      }
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void whoLostItIsTold() throws Exception {
    Claim claim = Claim.take(folder, "a-png");
    Files.writeString(file(), Marks.onAnotherComputer());
    assertThrows(InputException.class, claim::check);
    claim.close();
    assertEquals(Marks.onAnotherComputer(), Files.readString(file()));
  }

  @Test
  void aWaitEndsWithTheClaimOrWithACancel() throws Exception {
    Claim first = Claim.take(folder, "a-png");
    assertThrows(
        CancellationException.class,
        () ->
            Claim.await(
                folder,
                "a-png",
                () -> {
                  throw new CancellationException();
                }));
    Claim second = Claim.await(folder, "a-png", first::close);
    assertNotNull(second);
    second.close();
    assertFalse(Files.exists(file()));
  }

  private void end() throws Exception {
    Files.writeString(file(), ProcessMark.own().replaceFirst("-\\d+$", "-1000000000000"));
  }

  @Test
  void twoCrashesOrManyEndsMakeItHopeless() throws Exception {
    for (int i = 0; i < 2; i++) {
      end();
      assertFalse(Claim.wasLost(folder, "b-png"));
      assertFalse(Claim.crashed(folder, -2));
      assertTrue(Claim.crashed(folder, ProcessMark.pid(ProcessMark.own())));
    }
    Claim crashed = Claim.take(folder, "a-png");
    assertTrue(crashed.wasLost() && crashed.isHopeless());
    crashed.finish();
    crashed.close();
    for (int i = 1; i <= 5; i++) {
      end();
      try (Claim killed = Claim.take(folder, "a-png")) {
        assertEquals(i == 5, killed.isHopeless());
      }
    }
    assertTrue(Claim.wasLost(folder, "a-png"));
  }

  @Test
  void aReportOfJavasOwnTellsOfACrash() throws Exception {
    Path report = folder.resolve("hs_err_pid" + ProcessMark.pid(ProcessMark.own()) + ".log");
    Files.createFile(report);
    for (int i = 1; i <= 2; i++) {
      end();
      try (Claim crashed = Claim.take(folder, "a-png")) {
        assertEquals(i == 2, crashed.isHopeless());
      }
    }
    Files.delete(report);
  }
}
