/** Whether this run renews the files that the tests compare with, or make (`jest.recording.config.js`). */
export const isRecording = 'isRecording' in globalThis;
