/** Whether this run rewrites the files that the tests compare with or create (`jest.recording.config.js`). */
export const isRecording = 'isRecording' in globalThis;
